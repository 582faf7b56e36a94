# In place: the original stays until the new file is durable, and may be kept.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ signmark -q mark photo.png --in-place --backup-suffix .orig > /dev/null && cmp photo.png.orig $MEDIA/pictures/astronaut.png && echo kept
$ signmark -q verify photo.png | tail -n 1
$ signmark -q mark photo.png.orig -o side.png --sidecar > /dev/null && ls
$ signmark -q verify side.png | grep -E 'manifest|verdict' | head -n 3
$ rm side.png.c2pa; signmark -q verify side.png | grep verdict
