import Synchronization

/// Declares an option: help, range and default on one line.
///
///     @Setting("Views to render.", in: 1...100_000) var views = 100
///
/// The flag (`--views`), the JSON key (`views`), the help page, the range check and the JSON schema
/// all come from this line.
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
  /// Layers write here while a group is being made; afterwards nothing else holds the box, because
  /// assignment makes a new one.
  final class Box: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
  }

  let help: String
  let range: ClosedRange<Double>?
  let defaultValue: Value
  private(set) var box: Box

  public init(wrappedValue: Value, _ help: String) {
    (self.help, range, defaultValue, box) = (help, nil, wrappedValue, Box(wrappedValue))
  }

  public init(wrappedValue: Value, _ help: String, in range: ClosedRange<Double>) {
    (self.help, self.range, defaultValue, box) = (help, range, wrappedValue, Box(wrappedValue))
  }

  public var wrappedValue: Value {
    get { box.value.withLock { $0 } }
    set { box = Box(newValue) }
  }
}

/// One option seen without its type, for flags, layers, help and schemas.
protocol AnySetting {
  var help: String { get }
  var placeholder: String { get }
  var isSwitch: Bool { get }
  var currentJSON: JSONValue { get }
  var schema: JSONValue { get }
  func assign(words: String, named name: String) throws(SettingsError)
  func assign(json: JSONValue, named name: String) throws(SettingsError)
}

extension Setting: AnySetting {
  var placeholder: String { Value.placeholder }
  var isSwitch: Bool { Value.self == Bool.self }
  var currentJSON: JSONValue { wrappedValue.json }

  var schema: JSONValue {
    var members = Value.schema
    members.append(("description", .string(help)))
    if let range {
      members.append(("minimum", Self.plain(range.lowerBound)))
      members.append(("maximum", Self.plain(range.upperBound)))
    }
    if defaultValue.json != .null { members.append(("default", defaultValue.json)) }
    return .object(members)
  }

  func assign(words: String, named name: String) throws(SettingsError) {
    guard let value = Value(words: words) else {
      throw SettingsError(.badValue, "\(name) does not take \"\(words)\"; \(expectation)")
    }
    try check(value, named: name)
    box.value.withLock { $0 = value }
  }

  func assign(json: JSONValue, named name: String) throws(SettingsError) {
    guard let value = Value(json: json) else {
      throw SettingsError(.badValue, "\(name) does not take \(json.text()); \(expectation)")
    }
    try check(value, named: name)
    box.value.withLock { $0 = value }
  }

  private func check(_ value: Value, named name: String) throws(SettingsError) {
    guard let range, let number = value.json.double, !range.contains(number) else { return }
    throw SettingsError(.outOfRange, "\(name) is \(value.json.text()); it takes \(bounds(range))")
  }

  private var expectation: String {
    let kind =
      switch Value.placeholder {
      case "N": "a whole number"
      case "X": "a number"
      case "": "true or false"
      case "TEXT": "text"
      case let list where list.hasSuffix(",…"):
        "one or more of " + list.dropLast(2).split(separator: "|").joined(separator: ", ")
          + ", with commas between"
      default: "one of " + Value.placeholder.split(separator: "|").joined(separator: ", ")
      }
    return "it takes " + kind + (range.map { ", " + bounds($0) } ?? "")
  }

  private func bounds(_ range: ClosedRange<Double>) -> String {
    "\(Self.plain(range.lowerBound).text()) to \(Self.plain(range.upperBound).text())"
  }

  private static func plain(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .integer($0) } ?? .number(value)
  }
}
