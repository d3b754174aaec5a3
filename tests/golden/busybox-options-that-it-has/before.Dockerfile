FROM node:22
RUN grep -rniE -A3 x . | sort -u -k2n -t, | head -n -1 | cut -d, -f1-3 | xargs -0 -r -P4 -I{} echo {}
RUN tar -xzf a.tgz -C /opt --strip-components=1 --exclude=x && cp -a --parents a b && ln -sfn a b && sed -i.bak -e s/a/b/ -E x
RUN find / -xdev -type f -perm /6000 -mtime +1 -not -name x -delete && date -u -d @1700000000 +%F && date +%Y-%m-%d
RUN mktemp -d /tmp/x.XXXXXX && stat -c %a x && du -sh . && timeout 5 sleep 1 && env -i A=1 sort --version
CMD ["node", "server.js"]
