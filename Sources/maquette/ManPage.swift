import Operations
import Settings

/// Manual pages in man(7)'s language: one of the program, one of each verb, from the same lines as `--help`.
enum ManPage {
  /// - Parameter verb: nil for the page of the program.
  static func text(_ verb: AnyVerb?) -> String {
    verb.map(page) ?? overview
  }

  /// The usage and a table of the options, for pages of documentation.
  static func markdown(_ verb: AnyVerb) -> String {
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    let rows = verb.options.map { option in
      "| `\(option.flag)\(option.placeholder.isEmpty ? "" : " " + cell(option.placeholder))` | "
        + cell(option.help + Help.note(option)) + " |"
    }
    return
      (["", "## Options", "", "```", "maquette \(verb.name) \(verb.usage)", "```"]
      + (rows.isEmpty ? [] : ["", "| option | what it does |", "|---|---|"] + rows)).joined(
        separator: "\n")
  }

  private static func head(_ name: String, _ summary: String) -> [String] {
    [
      ".TH \(escaped(name.uppercased())) 1 \"\" \"Maquette \(maquetteVersion)\" \"Maquette\"",
      ".SH NAME", "\(escaped(name)) \\- \(escaped(summary))",
    ]
  }

  private static var overview: String {
    let verbs = Verbs.all.flatMap { verb in
      [
        ".TP", "\\fBmaquette\\-\(escaped(verb.name))\\fR(1)", escaped(verb.summary),
      ]
    }
    return
      (head("maquette", "3D models to training sets, prints, pictures, and back") + [
        ".SH SYNOPSIS",
        "\\fBmaquette\\fR \\fIVERB\\fR [\\fIINPUT\\fR...] [\\fB\\-o\\fR \\fIOUTPUT\\fR] [\\fB\\-\\-option\\fR \\fIvalue\\fR...]",
        ".SH VERBS",
      ] + verbs + [
        ".TP", "\\fBmaquette presets\\fR", "Lists named sets of options.",
        ".TP", "\\fBmaquette completions\\fR bash|zsh|fish",
        "Prints what completes the words of a shell.",
        ".TP", "\\fBmaquette man\\fR [\\fIVERB\\fR]", "Prints these pages.",
      ] + exitStatus + environment).joined(separator: "\n")
  }

  private static func page(_ verb: AnyVerb) -> String {
    let own = verb.options.flatMap { option in
      entry(option.flag, option.placeholder, option.help, Help.note(option))
    }
    let common = Invocation.common.filter { $0.flag != "--output" || verb.output != .none }
      .flatMap { entry($0.flag, $0.placeholder, $0.help, "") }
    return
      (head("maquette-\(verb.name)", verb.summary) + [
        ".SH SYNOPSIS",
        "\\fBmaquette \(escaped(verb.name))\\fR \(escaped(verb.usage)) [\\fB\\-\\-option\\fR \\fIvalue\\fR...]",
      ] + (own.isEmpty ? [] : [".SH OPTIONS"] + own) + [".SH COMMON OPTIONS"] + common + exitStatus
      + [
        ".SH SEE ALSO", "\\fBmaquette\\fR(1)",
      ]).joined(separator: "\n")
  }

  private static func entry(
    _ flag: String, _ placeholder: String, _ help: String, _ note: String
  ) -> [String] {
    [
      ".TP",
      "\\fB\(escaped(flag))\\fR" + (placeholder.isEmpty ? "" : " \\fI\(escaped(placeholder))\\fR"),
      escaped(help + note),
    ]
  }

  private static let exitStatus =
    [".SH EXIT STATUS"]
    + [
      (ExitCode.done, "It is done."),
      (ExitCode.unmet, "A guarantee that was asked for is not met."),
      (ExitCode.usage, "The call makes no sense."),
      (ExitCode.unreadable, "An input cannot be read."),
      (ExitCode.unwritable, "The output cannot be written."),
      (ExitCode.missing, "Something that is needed is not installed."),
      (ExitCode.cancelled, "It was cancelled."),
    ].flatMap { [".TP", "\\fB\($0)\\fR", $1] }

  private static let environment = [
    ".SH ENVIRONMENT", ".TP", "\\fBMAQUETTE_CONFIGS\\fR",
    "A folder of presets instead of those that came with it.",
    ".TP", "\\fBMAQUETTE_KEY\\fR", "The key of \\fBmaquette worker \\-\\-server\\fR.",
    ".TP", "\\fBMAQUETTE_DATABASE\\fR", "PostgreSQL instead of a file, as \\fB\\-\\-database\\fR.",
    ".TP", "\\fBAWS_ACCESS_KEY_ID\\fR, \\fBAWS_SECRET_ACCESS_KEY\\fR",
    "The keys of \\fB\\-\\-assets s3://\\fR.",
    ".TP", "\\fBMAQUETTE_ONNX_RUNTIME\\fR", "Where libonnxruntime.so is.",
    ".TP", "\\fBMAQUETTE_ASSIMP\\fR", "Where the program that reads foreign formats is.",
  ]

  /// Text as troff prints it: hyphens that can be copied, no commands by accident.
  private static func escaped(_ text: String) -> String {
    let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }
}
