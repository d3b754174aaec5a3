import subprocess

subprocess.run(["git", "tag", "next"], check=True)
