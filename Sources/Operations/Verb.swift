public import Settings
public import Work

/// One thing Maquette can do: settings and inputs to artifacts. The command line, the service and MCP
/// all call verbs, through `Catalogue`.
public protocol Verb: Sendable {
  associatedtype Options: SettingsGroup
  static var name: String { get }
  /// One sentence for lists.
  static var summary: String { get }
  /// What it reads and writes, for the usage line: `INPUT -o OUTPUT`.
  static var usage: String { get }
  static var inputCount: ClosedRange<Int> { get }
  static var output: OutputRule { get }
  static func run(_ call: VerbCall<Options>, _ work: WorkContext) throws -> VerbResult
}

/// Whether a verb writes a file.
public enum OutputRule: Sendable, Equatable {
  case none
  /// `-o` is needed; the value is the extension that `-o -` stands for, where that makes sense.
  case required(standardOutput: String?)
  /// The same, but the verb may do without, and then says what it wants instead.
  case optional(standardOutput: String?)

  /// The extension that `-o -` stands for.
  public var standardOutput: String? {
    switch self {
    case .none: nil
    case .required(let ending), .optional(let ending): ending
    }
  }
}

/// What a caller asks of a verb.
public struct VerbCall<Options: SettingsGroup>: Sendable {
  public let options: Options
  /// Paths of the input files.
  public let inputs: [String]
  /// Path of the output, for verbs that have one.
  public let output: String?
  /// Fixes everything random.
  public let seed: UInt64
  /// The preset's name, for the record.
  public let preset: String?
}

/// What a verb did.
public struct VerbResult: Sendable {
  public var outputs: [Artifact]
  /// For machines.
  public var result: JSONValue
  /// For people.
  public var text: String
  /// A guarantee that was asked for and is not met, in a sentence; nil where all are.
  public var unmetGuarantee: String?

  public init(
    outputs: [Artifact] = [], result: JSONValue, text: String, unmetGuarantee: String? = nil
  ) {
    (self.outputs, self.result) = (outputs, result)
    (self.text, self.unmetGuarantee) = (text, unmetGuarantee)
  }
}

/// A request that makes no sense, in a sentence.
public struct UsageError: ExplainedError, Equatable {
  public let message: String
  public var code: String { "usage" }
  public var place: String { "" }
  public var kind: FailureKind { .usage }

  public init(_ message: String) { self.message = message }
}

/// The version that `--version`, manifests and results show.
public let maquetteVersion = "0.1.0"
