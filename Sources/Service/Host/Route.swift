import HTTP
import Settings

/// One method and path of a dialect. The table of them is what is served, documented and measured.
struct Route: Sendable {
  let method: String
  /// `/v1/models/{id}`
  let pattern: String
  /// One sentence for the documentation.
  let summary: String
  /// What a key must allow; nil where no key is asked.
  let scope: String?
  var body = BodyPolicy()
  /// What of the query is looked at, with its schema.
  var query: [(name: String, schema: JSONValue)] = []
  /// What is sent, with its media type.
  var request: (type: String, schema: JSONValue)?
  /// What comes back where all is well.
  var answer = Answer()
  /// False for pages and for what clients do not ask.
  var isDocumented = true
  /// Whether it queues work, which some dialects count by itself.
  var isSubmit = false
  let run: @Sendable (Call) async throws -> Outcome

  init(
    _ method: String, _ pattern: String, _ summary: String, scope: String?,
    body: BodyPolicy? = nil, run: @escaping @Sendable (Call) async throws -> Outcome
  ) {
    (self.method, self.pattern, self.summary) = (method, pattern, summary)
    // What is only read has no body.
    self.body = body ?? BodyPolicy(limit: method == "GET" ? 0 : 1 << 20)
    (self.scope, self.run) = (scope, run)
  }
}

extension Route {
  struct Answer: Sendable {
    var status = 200
    /// Other statuses that are no failure.
    var others: [Int] = []
    var type = "application/json"
    var schema: JSONValue?
  }

  /// The same route with what it takes and gives.
  func documented(
    query: [(name: String, schema: JSONValue)] = [], json: JSONValue? = nil, form: JSONValue? = nil,
    status: Int = 200, _ schema: JSONValue? = nil
  ) -> Route {
    var route = self
    route.query = query
    route.request =
      json.map { ("application/json", $0) } ?? form.map { ("multipart/form-data", $0) }
    route.answer = Answer(status: status, schema: schema)
    return route
  }

  /// The same route, which answers with a file.
  func giving(file type: String = "*/*", query: [(name: String, schema: JSONValue)] = []) -> Route {
    var route = self
    route.query = query
    route.answer = Answer(others: [206, 304], type: type)
    return route
  }

  /// The same route, for which these statuses are no failure either.
  func allowing(_ statuses: [Int]) -> Route {
    var route = self
    route.answer.others = statuses
    return route
  }

  func undocumented() -> Route {
    var route = self
    route.isDocumented = false
    return route
  }
}

extension Route {
  func counted() -> Route {
    var route = self
    route.isSubmit = true
    return route
  }
}

/// What a route gives: an answer, or what makes one within a transaction, together with the
/// idempotency key.
enum Outcome: Sendable {
  case answer(Response)
  case write(@Sendable (Connection) throws -> Response)
}

/// A request to a route.
struct Call: Sendable {
  let request: Request
  let parameters: [String: String]
  let principal: Principal?
  let core: ServiceCore
  /// What answers requests, for those that ask further ones.
  var dispatch: Dispatch?

  var account: String { principal?.account ?? "" }
  /// What the client would rather have, the first first.
  var accept: String { request.head.headers["accept"] ?? "" }
  func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// The body as a JSON object. Throws where it is none.
  func json() throws -> JSONValue {
    guard case .bytes(let bytes) = request.body else {
      throw ServiceProblem(.invalid("request"), "the request has no JSON body")
    }
    return try Self.object(bytes)
  }

  /// The body as an object of these fields.
  func fields(_ names: [String]) throws -> Fields { try Fields(try json(), only: names) }

  static func object(_ bytes: [UInt8]) throws -> JSONValue {
    do {
      let value = try JSONText.parse(bytes)
      guard value.object != nil else {
        throw ServiceProblem(.invalid("request"), "the body is JSON but no object")
      }
      return value
    } catch let error as JSONError {
      throw ServiceProblem(.invalid("request"), "the body is no JSON: \(error.reason)")
    }
  }

  /// A whole number of the query within its range.
  func number(_ name: String, in range: ClosedRange<Int>, default normal: Int) throws -> Int {
    guard let text = request.head.query(name) else { return normal }
    guard let value = Int(text), range.contains(value) else {
      throw ServiceProblem(
        .invalid("request"),
        "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Which part of a list is asked for.
  func page() throws -> (limit: Int, offset: Int) {
    (
      try number("limit", in: 1...100, default: 50),
      try number("offset", in: 0...1_000_000_000, default: 0)
    )
  }
}

/// One service's words for what the core does.
protocol Facade: Sendable {
  var id: String { get }
  /// The first segment of the paths under which it is always mounted.
  var prefix: String { get }
  var routes: [Route] { get }
  /// Media type and schema of errors.
  var errorType: String { get }
  var errorSchema: JSONValue { get }
  func response(to problem: ServiceProblem) -> Response
  /// How many jobs a key may submit a minute; nil where that counts as any request.
  var submitsPerMinute: Int? { get }
  /// Milliseconds that the files of a job are kept after its end; nil for good.
  var lifetime: Int? { get }
  /// How far a job is, as its webhooks tell it; nil where the dialect has no such answer.
  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue?
}

extension Facade {
  var prefix: String { id }
  var submitsPerMinute: Int? { nil }
  var lifetime: Int? { nil }
  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? { nil }
}
