import Foundation
import HTTP
import Settings

/// JSON that strangers sent, and JSON answers.
enum JSONText {
  /// Nested deeper than this is refused before the parser, which goes into each bracket, sees it.
  private static let depthLimit = 64

  static func parse(_ bytes: [UInt8]) throws -> JSONValue {
    var (depth, inString, isEscaped) = (0, false, false)
    for byte in bytes {
      if inString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        guard depth <= depthLimit else {
          throw ServiceProblem(
            .invalid("request"), "the JSON is nested deeper than \(depthLimit) levels")
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return try JSONValue(parsing: Data(bytes))
  }

  static func response(_ status: Int = 200, _ value: JSONValue) -> Response {
    Response(status: status, type: "application/json", text: value.text())
  }
}
