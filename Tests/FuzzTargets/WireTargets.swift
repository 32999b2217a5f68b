import Foundation
import Settings

@testable import HTTP
@testable import Service

/// What comes over the wire before anyone knows who sent it.
enum WireTargets {
  /// A form means the same however the network cuts it. The first byte says how it is cut.
  static func runMultipart(_ bytes: [UInt8]) {
    guard let step = bytes.first.map({ Int($0) + 1 }) else { return }
    let body = Array(bytes.dropFirst())
    let whole = events(body, step: max(1, body.count))
    promise(events(body, step: step) == whole, "a form is the same however it is cut")
  }

  /// What the parts of a form hold, in one line each; the last line is the error.
  private static func events(_ body: [UInt8], step: Int) -> [[UInt8]] {
    guard var parser = MultipartParser(contentType: "multipart/form-data; boundary=b") else {
      return []
    }
    var seen: [[UInt8]] = []
    do {
      for start in stride(from: 0, to: body.count, by: step) {
        try parser.feed(Array(body[start..<min(start + step, body.count)])) { event in
          switch event {
          case .part(let name, let file): seen.append(Array("\(name) \(file ?? "")".utf8) + [0])
          case .data(let data): seen[seen.count - 1] += data
          case .partEnd: break
          }
        }
      }
      try parser.finish()
    } catch {
      // What is found wrong first depends on how much had come; that it is wrong does not.
      return [Array("malformed".utf8)]
    }
    return seen
  }

  /// What is read and written again means the same.
  static func runJSON(_ bytes: [UInt8]) {
    guard let value = try? JSONText.parse(bytes) else { return }
    let text = value.text()
    guard let again = try? JSONText.parse(Array(text.utf8)) else {
      fatalError("broken promise: JSON that was written is read again: \(text)")
    }
    promise(isSame(value, again), "JSON means the same when it is written and read")
  }

  /// Where 5 and 5.0 are one number.
  private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    if let left = left.array, let right = right.array {
      return left.count == right.count && zip(left, right).allSatisfy(isSame)
    }
    if let left = left.object, let right = right.object {
      return left.count == right.count
        && zip(left, right).allSatisfy { $0.key == $1.key && isSame($0.value, $1.value) }
    }
    if let left = left.double, let right = right.double { return left == right }
    return left == right
  }
}
