# Wrong usage ends with 2 and says what helps.
$ signmark
$ signmark frobnicate
$ signmark mark nothing.png
$ signmark verify --at yesterday nothing.png
$ signmark --limit nonsense=1 doctor
$ signmark --version
