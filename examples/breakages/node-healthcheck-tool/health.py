from urllib.request import urlopen

urlopen("http://127.0.0.1:3000/", timeout=2)
