import Settings

/// JSON-RPC 2.0 as the Model Context Protocol uses it.
enum JSONRPC {
  struct Fault: Error, Sendable {
    let code: Int
    let message: String
    var data: JSONValue?
    /// The status over HTTP.
    var status = 200

    static func parse(_ why: String) -> Fault {
      Fault(code: -32700, message: "the message is no JSON: \(why)", status: 400)
    }
    static func invalid(_ why: String) -> Fault {
      Fault(code: -32600, message: why, status: 400)
    }
    static func unknownMethod(_ name: String) -> Fault {
      Fault(code: -32601, message: "there is no method \(name.prefix(80))")
    }
    static func parameters(_ why: String) -> Fault { Fault(code: -32602, message: why) }
    static let `internal` = Fault(code: -32603, message: "something went wrong here")
  }

  /// A message that was checked.
  struct Message: Sendable {
    let method: String
    let parameters: JSONValue
    /// Nil for a notification.
    let id: JSONValue?
  }

  static func message(_ bytes: [UInt8]) throws -> Message {
    let value: JSONValue
    do { value = try JSONText.parse(bytes) } catch let error as JSONError {
      throw Fault.parse(error.reason)
    } catch let problem as ServiceProblem { throw Fault.parse(problem.message) }
    guard value.object != nil, value["jsonrpc"]?.string == "2.0" else {
      throw Fault.invalid("a message is one object with \"jsonrpc\": \"2.0\"")
    }
    guard let method = value["method"]?.string else {
      // An answer to something we never ask.
      throw Fault.invalid("the message has no method")
    }
    let id = value["id"]
    guard id == nil || id?.string != nil || id?.int != nil else {
      throw Fault.invalid("an id is text or a whole number")
    }
    let parameters = value["params"] ?? .object([])
    guard parameters.object != nil else { throw Fault.parameters("params is an object") }
    return Message(method: method, parameters: parameters, id: id)
  }

  static func result(_ value: JSONValue, id: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "id": id, "result": value]
  }

  static func error(_ fault: Fault, id: JSONValue?) -> JSONValue {
    var error: [(key: String, value: JSONValue)] = [
      ("code", .integer(fault.code)), ("message", .string(fault.message)),
    ]
    if let data = fault.data { error.append(("data", data)) }
    return ["jsonrpc": "2.0", "id": id ?? .null, "error": .object(error)]
  }
}
