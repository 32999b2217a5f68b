import Foundation
import Settings
import Synchronization

/// JSON of the store as values. What was parsed is remembered: a status that is asked for ten thousand
/// times a second would spend a third of its time in the parser.
enum KnownJSON {
  private static let most = 4096
  /// Longer ones, whose length strangers choose, are parsed each time.
  private static let longest = 16 << 10
  private static let known = Mutex<[String: JSONValue]>([:])

  static func value(_ text: String) throws -> JSONValue {
    if text == "null" { return .null }
    if let value = known.withLock({ $0[text] }) { return value }
    let value = try JSONValue(parsing: Data(text.utf8))
    if text.utf8.count > longest { return value }
    known.withLock { known in
      if known.count >= most { known = [:] }
      known[text] = value
    }
    return value
  }
}
