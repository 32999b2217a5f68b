import Operations
import Settings

/// Help pages, presets and completions, all made from the catalogue.
enum Help {
  /// The answer to words that ask for help rather than work; nil for work.
  static func answer(_ words: [String]) throws -> String? {
    switch words[0] {
    case "--help", "-h", "help":
      guard words.count > 1 else { return overview }
      guard let verb = Verbs.named(words[1]) else {
        throw UsageError(unknownVerb(words[1]))
      }
      return page(verb)
    case "--version": return "maquette \(maquetteVersion)"
    case "presets": return presets
    case "man":
      guard words.count > 1 else { return ManPage.text(nil) }
      guard let verb = Verbs.named(words[1]) else { throw UsageError(unknownVerb(words[1])) }
      return words.last == "--markdown" ? ManPage.markdown(verb) : ManPage.text(verb)
    case "completions":
      guard words.count == 2, let script = completions(words[1]) else {
        throw UsageError("completions takes one of bash, zsh, fish")
      }
      return script
    default:
      guard words.dropFirst().contains(where: { $0 == "--help" || $0 == "-h" }),
        let verb = Verbs.named(words[0])
      else { return nil }
      return page(verb)
    }
  }

  static var overview: String {
    let width = Verbs.all.map(\.name.count).max()! + 2
    let verbs = Verbs.all.map { "  \(padded($0.name, width))\($0.summary)" }
    return
      (["usage: maquette VERB [INPUT...] [-o OUTPUT] [--option value...]", ""] + verbs + [
        "", "  maquette VERB --help   the options of a verb",
        "  maquette presets       named sets of options",
        "  maquette completions bash|zsh|fish",
      ]).joined(separator: "\n")
  }

  static func unknownVerb(_ name: String) -> String {
    let nearest = nearestName(to: name, among: Verbs.all.map(\.name))
    return "there is no verb \"\(name)\""
      + (nearest.map { "; did you mean \($0)?" } ?? "; maquette --help lists them")
  }

  private static func page(_ verb: AnyVerb) -> String {
    let own = verb.options.map { option in
      ("\(option.flag) \(option.placeholder)", option.help + note(option))
    }
    let common = Invocation.common.filter { $0.flag != "--output" || verb.output != .none }
      .map { ("\($0.flag) \($0.placeholder)", $0.help) }
    func list(_ rows: [(String, String)]) -> [String] {
      rows.map { name, help in
        name.count < 30 ? "  \(padded(name, 30))\(help)" : "  \(name)\n  \(padded("", 30))\(help)"
      }
    }
    return
      ([verb.summary, "", "usage: maquette \(verb.name) \(verb.usage) [--option value...]"]
      + (own.isEmpty ? [] : ["", "options"] + list(own))
      + ["", "common options"] + list(common)).joined(separator: "\n")
  }

  /// Its range and default, in brackets.
  static func note(_ option: SettingDescription) -> String {
    let range = [option.schema["minimum"], option.schema["maximum"]].compactMap { $0?.text() }
    var notes: [String] = []
    if range.count == 2 { notes.append("\(range[0]) to \(range[1])") }
    if option.value != .null, option.value != [], option.value != "" {
      notes.append("default \(option.value.string ?? option.value.text())")
    }
    return notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
  }

  private static var presets: String {
    let all = Preset.all
    guard !all.isEmpty else { return "no presets are installed" }
    return all.map { verb, preset in
      "\(padded(verb, 10))\(padded(preset.name, 14))\(preset.description)"
    }.joined(separator: "\n")
  }

  private static func completions(_ shell: String) -> String? {
    let verbs = Verbs.all
    let common = Invocation.common.map(\.flag)
    func flags(_ verb: AnyVerb) -> String {
      (verb.options.map(\.flag) + common + ["-o"]).joined(separator: " ")
    }
    let names = (verbs.map(\.name) + ["presets", "completions", "man", "help"]).joined(
      separator: " ")
    let cases = verbs.map { "    \($0.name)) words=\"\(flags($0))\" ;;" }.joined(separator: "\n")
    switch shell {
    case "bash":
      return """
        _maquette() {
          local current="${COMP_WORDS[COMP_CWORD]}" words="\(names)"
          if [ "$COMP_CWORD" -gt 1 ]; then
            case "${COMP_WORDS[1]}" in
        \(cases)
            esac
          fi
          COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _maquette maquette
        """
    case "zsh":
      let cases = verbs.map { "    \($0.name)) compadd -- \(flags($0)) ;;" }
        .joined(separator: "\n")
      // As a file in a folder of functions it is called by its name, and otherwise read once.
      return """
        #compdef maquette
        _maquette() {
          if (( CURRENT == 2 )); then
            compadd -- \(names)
            return
          fi
          case "${words[2]}" in
        \(cases)
          esac
          _files
        }
        if [ "$funcstack[1]" = _maquette ]; then _maquette; else compdef _maquette maquette; fi
        """
    case "fish":
      let lines = verbs.flatMap { verb in
        [
          "complete -c maquette -n __fish_use_subcommand -a \(verb.name) -d '\(verb.summary.replacing("'", with: "\\'"))'"
        ]
          + (verb.options.map(\.flag) + common).map { flag in
            "complete -c maquette -n '__fish_seen_subcommand_from \(verb.name)' -l "
              + flag.dropFirst(2)
          }
      }
      return lines.joined(separator: "\n")
    default: return nil
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
