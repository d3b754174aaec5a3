FROM alpine:3.20
RUN apk add --virtual .build gcc && make && apk del .build
CMD ["/app"]
