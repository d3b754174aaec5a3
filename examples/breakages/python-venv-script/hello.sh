# What an installation makes of an entry point.
printf '#!/opt/venv/bin/python\nfrom hello.__main__ import main\n\nmain()\n' > /opt/venv/bin/hello
chmod 755 /opt/venv/bin/hello
