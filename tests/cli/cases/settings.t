# Settings: flags before environment before the profile before [mark].
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ mkdir -p $SIGNMARK_HOME/config && printf '[mark]\nproducer = "from-mark"\nlayers = "metadata"\n[profile.shop]\nproducer = "from-profile"\n' > $SIGNMARK_HOME/config/config.toml
$ signmark mark photo.png -o a.png | grep metadata
  metadata  AIGC record written: producer from-mark, id 06b60d46743c829a
$ signmark --profile shop mark photo.png -o b.png | grep metadata
  metadata  AIGC record written: producer from-profile, id c236277aa15fc0f9
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o c.png | grep metadata
  metadata  AIGC record written: producer from-environment, id 405a7916c22017a9
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o d.png --producer from-flag | grep metadata
  metadata  AIGC record written: producer from-flag, id f9c6076a0c46eb2b
$ signmark --profile absent mark photo.png -o e.png
signmark: error: <dir>/.home/config/config.toml: there is no profile "absent"
hint: write a table [profile.absent]
code: cli.config
[exit 2]
