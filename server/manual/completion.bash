# Goes through the words before the one in hand. Sets the caller's `command` to that which they belong to, `argument`
# to the number of arguments that it has already, and `settings` to the options that say where the settings are.
_glisson_walk() {
  local i word
  command='' argument=0 settings=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $word == -* ]]; then
      _glisson_values "$command" "$word" >/dev/null || continue
      [[ ${COMP_WORDS[i + 1]} == = ]] && ((++i))
      ((++i))
      [[ $word == --config || $word == --data ]] && settings+=("$word" "${COMP_WORDS[i]}")
    elif _glisson_words "${command:+$command }$word" >/dev/null; then
      command=${command:+$command }$word
    else
      ((++argument))
    fi
  done
}

# Adds to COMPREPLY what each of the words $1 stands for, where it begins with $2; $3 is put before it.
_glisson_reply() {
  local word found=()
  for word in $1; do
    case $word in
      FILE)
        compopt -o filenames 2>/dev/null
        mapfile -t found < <(compgen -f -- "$2")
        ;;
      DIR)
        compopt -o filenames 2>/dev/null
        mapfile -t found < <(compgen -d -- "$2")
        ;;
      PEER | PROTOCOL | MODEL)
        mapfile -t found < <(compgen -W "$("${COMP_WORDS[0]}" names "$word" "${settings[@]}" 2>/dev/null)" -- "$2")
        ;;
      *)
        found=()
        [[ $word == "$2"* ]] && found=("$word")
        ;;
    esac
    COMPREPLY+=("${found[@]/#/$3}")
  done
}

_glisson() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} before='' command argument settings values
  COMPREPLY=()
  # Bash makes three words of --option=value.
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  _glisson_walk
  if [[ $prev == -* ]] && values=$(_glisson_values "$command" "$prev"); then
    if [[ $values == 'LIST '* && $cur == *,* ]]; then
      before=${cur%,*},
      cur=${cur##*,}
    fi
    _glisson_reply "${values#LIST }" "$cur" "$before"
  elif [[ $cur == -* ]]; then
    _glisson_reply "$(_glisson_options "$command")" "$cur" ''
  elif values=$(_glisson_values "$command" "$argument"); then
    _glisson_reply "$values" "$cur" ''
  else
    _glisson_reply "$(_glisson_words "$command")" "$cur" ''
  fi
}

complete -F _glisson glisson
