/** The scripts that make a shell ask fic-dev for candidates. Pure. */

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** Each candidate comes as a line: the word, a tab, what it is. */
export function completionScript(shell: Shell, command: string): string {
  switch (shell) {
    case 'bash':
      return bash(command)
    case 'zsh':
      return zsh(command)
    case 'fish':
      return fish(command)
  }
}

/** Where there is no candidate, bash completes file names by itself. */
function bash(command: string): string {
  return `_fic_dev() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" ${command} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o bashdefault -o default -F _fic_dev fic-dev
`
}

function zsh(command: string): string {
  return `#compdef fic-dev
_fic_dev() {
  local line
  local -a candidates
  for line in "\${(@f)$("\${words[1]}" ${command} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then _describe -V fic-dev candidates; else _files; fi
}
if [[ \${funcstack[1]} == _fic_dev ]]; then _fic_dev "$@"; else compdef _fic_dev fic-dev; fi
`
}

function fish(command: string): string {
  return `function __fic_dev_candidates
    set -l words (commandline -opc) (commandline -ct)
    $words[1] ${command} -- $words[2..-1] 2>/dev/null
end
complete -c fic-dev -f -a '(__fic_dev_candidates)'
complete -c fic-dev -n '__fish_seen_subcommand_from import' -F
`
}
