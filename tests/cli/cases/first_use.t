# A first use in an empty folder: keys, a mark, a verdict.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark verify photo.png
$ signmark mark photo.png -o marked.png
$ signmark key new --kdf interactive --label "Alice Studio"
$ signmark key new --kdf interactive
$ signmark mark photo.png -o marked.png
$ signmark verify marked.png
$ signmark mark photo.png -o marked.png
$ signmark mark photo.png -o photo.png -f
$ signmark mark marked.png -o twice.png
$ signmark mark marked.png -o twice.png --existing add && signmark -q verify twice.png | head -n 1
$ cmp photo.png $MEDIA/pictures/astronaut.png && echo the input is untouched
$ ls
