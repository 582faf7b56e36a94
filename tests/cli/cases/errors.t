# Wrong input: one clear error that names the file, the place and the cure.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ signmark verify absent.png
$ signmark verify .
$ printf 'hello' > hello.png; signmark verify hello.png
$ : > empty.png; signmark verify empty.png
$ signmark mark hello.png -o out.png
$ signmark mark photo.png
$ signmark mark photo.png -o out.png --in-place
$ signmark mark photo.png -o /nonexistent/out.png
$ head -c 5000 photo.png > cut.png; signmark mark cut.png -o out.png
$ signmark verify cut.png
$ signmark mark photo.png -o out.png --text "made by a robot"
$ signmark mark photo.png -o out.png --text "AI"
$ signmark mark photo.png -o out.png --text "生成" 
$ signmark mark photo.png -o out.png --text "AI generated ͸"
$ signmark mark photo.png -o out.png --producer "Name With Spaces"
$ signmark mark photo.png -o out.png --producer 001191110102MACQD9K64010001
$ signmark mark photo.png -o out.png --producer 001191110102MACQD9K65010000
$ signmark mark photo.png -o out.png --content-id 12
$ signmark mark photo.png -o out.png --layers visible,robots
$ signmark mark photo.png -o out.png --signer nobody
$ printf 'wrong\n' > wrong && chmod 600 wrong; signmark mark photo.png -o out.png --passphrase-file wrong
$ chmod 644 wrong; signmark mark photo.png -o out.png --passphrase-file wrong
$ env -u CREDENTIALS_DIRECTORY signmark --no-input mark photo.png -o out.png
$ signmark --limit image-side=100 mark photo.png -o out.png
$ signmark --config absent.toml verify photo.png
$ printf '[mark]\nproducr = "x"\n' > typo.toml; signmark --config typo.toml mark photo.png -o out.png
$ signmark propagate photo.png -o out.png --propagator x
$ signmark propagate photo.png -o out.png
$ ls
