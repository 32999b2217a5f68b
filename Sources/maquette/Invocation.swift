import Operations
import Settings
import Work

/// One call of a verb: its words parsed, its work run, its result told.
struct Invocation {
  private let verb: AnyVerb
  private var inputs: [String] = []
  private var output: String?
  private var flags: [(flag: String, words: String)] = []
  private var presets: [String] = []
  private var json = false
  private var quiet = false
  private var threads: Int?
  private var seed: UInt64 = 0

  /// Flags that every verb takes, with what follows each.
  static let common: [(flag: String, placeholder: String, help: String)] = [
    ("--output", "PATH", "Where the result goes; -o for short, - for standard output."),
    ("--preset", "NAME", "A named set of options, or a .json file of them."),
    ("--json", "", "Print one JSON object and nothing else."),
    ("--quiet", "", "No progress on standard error."),
    ("--threads", "N", "How many threads may work; never changes the result."),
    ("--seed", "N", "Fixes everything random; 0 without it."),
    ("--help", "", "This page."),
  ]

  init(_ verb: AnyVerb, _ words: [String]) throws {
    self.verb = verb
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        inputs += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        inputs.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0] == "-o" ? "--output" : parts[0])
      func value() throws -> String {
        if parts.count == 2 { return String(parts[1]) }
        guard let next = rest.popFirst() else { throw UsageError("\(flag) needs a value") }
        return next
      }
      switch flag {
      case "--output": output = try value()
      case "--preset": presets.append(try value())
      case "--json", "--quiet":
        guard parts.count == 1 else { throw UsageError("\(flag) takes no value") }
        if flag == "--json" { json = true } else { quiet = true }
      case "--threads": threads = try Self.whole(flag, value(), in: 1...1024)
      case "--seed": seed = UInt64(try Self.whole(flag, value(), in: 0...Int.max))
      default: flags.append(try option(flag, hasValue: parts.count == 2, value))
      }
    }
  }

  /// An option of the verb with its value; `--no-merge` turns the switch `--merge` off.
  private func option(
    _ flag: String, hasValue: Bool, _ value: () throws -> String
  ) throws -> (flag: String, words: String) {
    let switches = verb.options.filter(\.isSwitch).map(\.flag)
    if switches.contains(flag) { return (flag, hasValue ? try value() : "true") }
    let positive = "--" + flag.dropFirst("--no-".count)
    if flag.hasPrefix("--no-"), switches.contains(positive) {
      guard !hasValue else { throw UsageError("\(flag) takes no value") }
      return (positive, "false")
    }
    guard verb.options.contains(where: { $0.flag == flag }) else {
      let names = verb.options.map(\.flag) + Self.common.map(\.flag)
      let nearest = nearestName(to: flag, among: names).map { "; did you mean \($0)?" } ?? ""
      throw UsageError(
        "\(verb.name) has no option \(flag)\(nearest) (maquette \(verb.name) --help lists them)")
    }
    return (flag, try value())
  }

  private static func whole(
    _ flag: String, _ words: String, in range: ClosedRange<Int>
  ) throws -> Int {
    guard let value = Int(words), range.contains(value) else {
      throw UsageError(
        "\(flag) does not take \"\(words)\"; it takes a whole number, "
          + "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  // MARK: Running

  func run() throws -> Int32 {
    try checkPaths()
    var layers: [SettingsLayer] = []
    for name in presets { layers.append(try Preset(named: name, verb: verb.name).layer) }
    layers.append(.flags(flags))

    let progress = Terminal.progress(quiet: quiet)
    let work = WorkContext(threads: threads, progress: progress)
    let signals = Signals(cancelling: work.cancellation)
    defer { signals.stop() }
    let target = try OutputTarget(output, verb)
    let result: VerbResult
    do {
      result = try verb.run(layers, inputs, target.path, seed, presets.last, work)
    } catch {
      // What was odd about the input often explains the failure.
      if !json { work.log.warnings.forEach(Terminal.warning) }
      throw error
    }
    Terminal.endProgress()
    try tell(result, target, work)
    if let sentence = result.unmetGuarantee {
      Terminal.error(sentence)
      return ExitCode.unmet
    }
    return ExitCode.done
  }

  private func checkPaths() throws {
    try verb.checkPaths(inputs, output)
    if output == "-" && json {
      throw UsageError("-o - and --json both want standard output; give -o a path")
    }
  }

  private func tell(_ result: VerbResult, _ target: OutputTarget, _ work: WorkContext) throws {
    if !json {
      work.log.warnings.forEach(Terminal.warning)
    }
    if target.isStandardOutput {
      try target.copyOut(result.outputs)
    } else if json {
      try Terminal.out(try object(result, work).text())
    } else {
      try Terminal.out(result.text)
      for artifact in result.outputs { try Terminal.out("wrote \(artifact.path)") }
    }
  }

  private func object(_ result: VerbResult, _ work: WorkContext) throws -> JSONValue {
    [
      "verb": .string(verb.name), "version": .string(maquetteVersion),
      "inputs": .array(inputs.map { .string($0) }),
      "outputs": .array(result.outputs.map(\.json)),
      "result": result.result,
      "warnings": .array(work.log.warnings.map { .string($0) }),
      "timings": .object(
        work.progress.timings.map { ($0.phase, .number(($0.seconds * 1000).rounded() / 1000)) }),
    ]
  }
}
