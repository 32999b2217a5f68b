import Foundation
import Settings

/// One JSON object a line on standard error. Never keys, bodies or signed links.
struct ServiceLog: Sendable {
  private let write: @Sendable (String) -> Void

  init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  static let standardError = ServiceLog { line in
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  static let none = ServiceLog { _ in }

  func write(_ event: String, _ fields: KeyValuePairs<String, JSONValue>) {
    let known: [(key: String, value: JSONValue)] = [
      ("time", .string(Clock.text(Clock.now()))), ("event", .string(event)),
    ]
    write(JSONValue.object(known + fields.map { ($0.key, $0.value) }).text())
  }
}
