int outer(void);int main(){return outer();}
