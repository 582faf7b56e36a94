# Settings: flags before environment before the profile before [mark].
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ mkdir -p $SIGNMARK_HOME/config && printf '[mark]\nproducer = "from-mark"\nlayers = "metadata"\n[profile.shop]\nproducer = "from-profile"\n' > $SIGNMARK_HOME/config/config.toml
$ signmark mark photo.png -o a.png | grep metadata
  metadata  AIGC record written: producer from-mark, id 091da109348fde30
$ signmark --profile shop mark photo.png -o b.png | grep metadata
  metadata  AIGC record written: producer from-profile, id e3748dcbe05ac1ba
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o c.png | grep metadata
  metadata  AIGC record written: producer from-environment, id 4b38679471f4cea3
$ SIGNMARK_PRODUCER=from-environment signmark --profile shop mark photo.png -o d.png --producer from-flag | grep metadata
  metadata  AIGC record written: producer from-flag, id 9e80d961bd606ea8
$ signmark --profile absent mark photo.png -o e.png
signmark: error: <dir>/.home/config/config.toml: there is no profile "absent"
hint: write a table [profile.absent]
code: cli.config
[exit 2]
