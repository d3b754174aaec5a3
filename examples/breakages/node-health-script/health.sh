wget -q -O /dev/null http://localhost:3000/
