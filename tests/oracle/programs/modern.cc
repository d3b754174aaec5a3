#include <format>
#include <iostream>
int main(int n,char**){std::cout<<std::format("{:.3e}",n*1.5L)<<std::endl;}
