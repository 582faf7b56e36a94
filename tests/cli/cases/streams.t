# `-` is stdin or stdout.
$ cp $MEDIA/pictures/rocket.jpg photo.jpg
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ cat photo.jpg | signmark mark - -o - | signmark -q verify - | head -n 1
$ signmark mark - -o out.jpg < photo.jpg
$ signmark mark photo.jpg -o - > piped.jpg && signmark -q verify piped.jpg | head -n 1
$ signmark mark - -o out.jpg --sidecar < photo.jpg
$ signmark mark - --in-place < photo.jpg
$ head -c 100 photo.jpg | signmark verify -
