# Help reaches every verb; the completion script is valid shell.
$ signmark help | head -n 3
$ signmark help mark | head -n 1
$ signmark help key new | head -n 1
$ signmark help key frobnicate
$ for verb in mark verify inspect propagate key trust doctor help completion; do signmark $verb --help > /dev/null || echo $verb; done
$ signmark completion bash > c.sh && bash -n c.sh && source c.sh && COMP_WORDS=(signmark key ro) COMP_CWORD=2 _signmark && echo "${COMPREPLY[@]}"
