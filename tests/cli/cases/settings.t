# Settings: flags before environment before the profile before [mark].
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ mkdir -p $SIGNMARK_HOME/config && printf '[mark]\nproducer = "from-mark"\nlayers = "metadata"\n[profile.shop]\nproducer = "from-profile"\n' > $SIGNMARK_HOME/config/config.toml
$ signmark mark photo.png -o a.png | grep metadata
$ signmark --profile shop mark photo.png -o b.png | grep metadata
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o c.png | grep metadata
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o d.png --producer from-flag | grep metadata
$ signmark --profile absent mark photo.png -o e.png
