# In place: the original stays until the new file is durable, and may be kept.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ signmark -q mark photo.png --in-place --backup-suffix .orig > /dev/null && cmp photo.png.orig $MEDIA/pictures/astronaut.png && echo kept
kept
$ signmark -q verify photo.png | tail -n 1
  notice    本内容属于人工智能生成合成内容 / This content is AI-generated
$ signmark -q mark photo.png.orig -o side.png --sidecar > /dev/null && ls *.png*
photo.png
photo.png.orig
side.png
side.png.c2pa
$ signmark -q verify side.png | grep -E 'manifest|verdict' | head -n 3
  manifest  trusted    C2PA manifest
                       manifest: urn:c2pa:6f921c4f-60d6-4ad3-8dbe-a28c645d6f31:signmark
  verdict   verified    tier confirmed
$ rm side.png.c2pa; signmark -q verify side.png | grep verdict
  verdict   verified    tier confirmed
