/// An answer: status, headers, content.
public struct Response: Sendable {
  public enum Content: Sendable {
    case bytes([UInt8])
    /// A range of a file.
    case file(path: String, range: Range<Int>)
    /// What comes bit by bit, until it is finished.
    case stream(ResponseStream)
  }

  public var status: Int
  public var headers: [(name: String, value: String)]
  public var content: Content

  public init(
    status: Int, headers: [(name: String, value: String)] = [], content: Content = .bytes([])
  ) {
    (self.status, self.headers, self.content) = (status, headers, content)
  }

  public init(status: Int = 200, type: String, text: String) {
    self.init(
      status: status, headers: [("Content-Type", type)], content: .bytes(Array(text.utf8)))
  }

  /// The same answer with one more header.
  public func with(_ name: String, _ value: String) -> Response {
    var answer = self
    answer.headers.append((name, value))
    return answer
  }

  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
