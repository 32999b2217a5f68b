public import Foundation

/// A JSON value whose objects keep the order of their keys when written.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case integer(Int)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: left.double != nil && left.double == right.double
    }
  }

  /// Parses JSON text, strictly (RFC 8259). Objects come back with their keys sorted.
  /// Throws the parser's own words.
  public init(parsing data: Data) throws(JSONError) {
    if let offset = Self.trailingComma(in: data) {
      throw JSONError(reason: "a comma before a closing bracket around character \(offset).")
    }
    self.init(foundation: try Self.foundationObject(parsing: data).get())
  }

  /// Foundation lets a comma before a closing bracket pass; RFC 8259 does not.
  private static func trailingComma(in data: Data) -> Int? {
    var (inString, escaped, afterComma) = (false, false, false)
    for (offset, byte) in data.enumerated() {
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): (inString, afterComma) = (true, false)
      case UInt8(ascii: ","): afterComma = true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if afterComma { return offset }
      case 0x20, 0x09, 0x0A, 0x0D: break
      default: afterComma = false
      }
    }
    return nil
  }

  private static func foundationObject(parsing data: Data) -> Result<Any, JSONError> {
    do {
      return .success(try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]))
    } catch {
      let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      return .failure(JSONError(reason: detail ?? error.localizedDescription))
    }
  }

  private init(foundation value: Any) {
    switch value {
    case let text as String: self = .string(text)
    case let list as [Any]: self = .array(list.map(JSONValue.init(foundation:)))
    case let object as [String: Any]:
      self = .object(
        object.sorted { $0.key < $1.key }.map { ($0.key, JSONValue(foundation: $0.value)) })
    case let number as NSNumber:
      // Foundation on Linux tells a boolean from a number, and a whole one from another, only by C type codes.
      let code = UInt8(bitPattern: unsafe number.objCType.pointee)
      if code == UInt8(ascii: "c") {
        self = .bool(number.boolValue)
      } else if code == UInt8(ascii: "q") {
        self = .integer(number.intValue)
      } else if number is NSDecimalNumber, let nearest = Double(number.stringValue) {
        // What has more digits than a Double comes as decimals, whose own conversion is off by a little.
        self = .number(nearest)
      } else if let whole = Int(exactly: number.doubleValue) {
        self = .integer(whole)
      } else {
        self = .number(number.doubleValue)
      }
    default: self = .null
    }
  }

  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
  public var object: [(key: String, value: JSONValue)]? {
    if case .object(let members) = self { members } else { nil }
  }

  public var double: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// A whole number, also where it was written as 3.0.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
}

/// Text that is not JSON, in the parser's words.
public struct JSONError: Error, Sendable {
  public let reason: String
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { ($0.0, $0.1) })
  }
}
