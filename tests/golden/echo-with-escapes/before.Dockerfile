FROM node:22
RUN echo "a\nb" > /x && echo 'c\td' >> /x && echo plain >> /x && printf 'a\n' >> /x
RUN echo -n "a\n" one two; echo "x" "\n"
CMD ["node", "server.js"]
