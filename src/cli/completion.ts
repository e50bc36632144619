/** For bash 4 and later. It splits words at `:` and `=`, too, and replaces only what stands behind the last of these. */
const bash = `# Completion of unwedge for bash. In ~/.bashrc: eval "$(unwedge completion bash)"
_unwedge() {
  local kind word last replaced='' line=\${COMP_LINE:0:COMP_POINT}
  COMPREPLY=()
  last=\${line##*[[:space:]]}
  [[ $last == *"$2" ]] && replaced=\${last%"$2"}
  {
    read -r kind || return 0
    case $kind in
      files) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
      folders) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
      *) while IFS=$'\\t' read -r word _; do
        [[ $last == [\\'\\"]* ]] || printf -v word %q "$word"
        COMPREPLY+=("\${word#"$replaced"}")
      done ;;
    esac
  } < <(unwedge complete --line "$line" 2>/dev/null)
  [[ $kind == words ]] || compopt -o filenames 2>/dev/null
}
complete -F _unwedge unwedge
`;

const zsh = `#compdef unwedge
# Completion of unwedge for zsh. In ~/.zshrc, after compinit: eval "$(unwedge completion zsh)"
_unwedge() {
  local kind line
  local -a answer candidates shown
  answer=("\${(@f)$(unwedge complete -- "\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  kind=$answer[1]
  [[ $kind == words ]] || compset -P '--*='
  case $kind in
    files) _files ;;
    folders) _files -/ ;;
    words)
      for line in "\${(@)answer[2,-1]}"; do
        candidates+=("\${line%%$'\\t'*}")
        shown+=("\${line/$'\\t'/  -- }")
      done
      compadd -l -d shown -a candidates ;;
  esac
}
if [[ \${funcstack[1]} == _unwedge ]]; then _unwedge "$@"; else compdef _unwedge unwedge; fi
`;

const fish = `# Completion of unwedge for fish. In ~/.config/fish/config.fish: unwedge completion fish | source
function __unwedge_complete
    set -l current (commandline -ct)
    set -l answer (unwedge complete -- (commandline -opc) "$current" 2>/dev/null)
    switch "$answer[1]"
        case words
            printf '%s\\n' $answer[2..]
        case files folders
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
    end
end
complete -c unwedge -f -a '(__unwedge_complete)'
`;

const SCRIPTS = { bash, zsh, fish } as const;

export type Shell = keyof typeof SCRIPTS;
export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** `unwedge completion SHELL`: what makes that shell ask `unwedge complete`. */
export const printScript = (shell: Shell): void => console.log(SCRIPTS[shell].trimEnd());
