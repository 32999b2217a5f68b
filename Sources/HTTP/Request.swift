/// What is known of a request before its body.
public struct RequestHead: Sendable {
  public let method: String
  /// Percent-decoded, without the query.
  public let path: String
  public let query: [(name: String, value: String)]
  /// By name in lower case; what came several times is joined by commas.
  public let headers: [String: String]
  /// The client's numerical address.
  public let address: String
  /// The client's `X-Request-Id`, where it is short and plain, else a number of our own.
  public let id: String

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [],
    headers: [String: String] = [:], address: String = "", id: String = ""
  ) {
    (self.method, self.path, self.query) = (method, path, query)
    (self.headers, self.address, self.id) = (headers, address, id)
  }

  /// The same request for another path.
  public func moved(to path: String) -> RequestHead {
    RequestHead(
      method: method, path: path, query: query, headers: headers, address: address, id: id)
  }

  /// The first value of a query parameter.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// What `Content-Length` says; nil where the length is not known before the end.
  public var declaredLength: Int? { headers["content-length"].flatMap { Int($0) } }

  var hasBody: Bool {
    (declaredLength ?? 0) > 0 || headers["transfer-encoding"] != nil
  }
}

/// A whole request. Files of its form live as long as it is being answered.
public struct Request: Sendable {
  public let head: RequestHead
  public let body: Body
  /// What was found out where the request was admitted.
  public let context: (any Sendable)?

  public enum Body: Sendable {
    case none
    case bytes([UInt8])
    case form(Form)
  }

  public init(head: RequestHead, body: Body = .none, context: (any Sendable)? = nil) {
    (self.head, self.body, self.context) = (head, body, context)
  }
}

/// The parts of a `multipart/form-data` body.
public struct Form: Sendable {
  public struct File: Sendable {
    public let field: String
    /// As the client named it; never a path to trust.
    public let name: String
    /// Where its bytes are until the request is answered.
    public let path: String
    public let bytes: Int

    public init(field: String, name: String, path: String, bytes: Int) {
      (self.field, self.name, self.path, self.bytes) = (field, name, path, bytes)
    }
  }

  public internal(set) var fields: [(name: String, value: String)] = []
  public internal(set) var files: [File] = []

  public init(fields: [(name: String, value: String)] = [], files: [File] = []) {
    (self.fields, self.files) = (fields, files)
  }

  public func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// How the body of a request is taken.
public struct BodyPolicy: Sendable {
  /// More bytes are refused.
  public let limit: Int
  /// Whether `multipart/form-data` is read part by part, files to disk.
  public let takesForms: Bool
  /// More bytes are refused of what is no form, and so is held in memory.
  public let plainLimit: Int

  public init(limit: Int = 1 << 20, takesForms: Bool = false, plainLimit: Int? = nil) {
    (self.limit, self.takesForms) = (limit, takesForms)
    self.plainLimit = plainLimit ?? (takesForms ? min(limit, 1 << 20) : limit)
  }
}

/// What is said to a request whose body is not to be read.
public enum Admission: Sendable {
  case accept(BodyPolicy, context: (any Sendable)?)
  case refuse(Response)
}

/// Why a body was not taken.
public enum BodyProblem: Error, Sendable, Equatable {
  /// More bytes than the policy allows.
  case tooLarge(limit: Int)
  /// In a sentence.
  case malformed(String)
  /// The disk is full or broken.
  case cannotStore
}
