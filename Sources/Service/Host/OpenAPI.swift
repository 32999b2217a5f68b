import HTTP
import Operations
import Settings

/// An OpenAPI 3.1 document from the table of routes: what is served is what is told.
enum OpenAPI {
  static func document(_ facades: [(facade: any Facade, prefix: String)], url: String) -> JSONValue
  {
    var paths: [(key: String, value: [(key: String, value: JSONValue)])] = []
    for (facade, prefix) in facades {
      for route in facade.routes where route.isDocumented {
        let path = prefix + route.pattern
        let operation = (route.method.lowercased(), operation(route, facade, path))
        if let index = paths.firstIndex(where: { $0.key == path }) {
          paths[index].value.append(operation)
        } else {
          paths.append((path, [operation]))
        }
      }
    }
    return [
      "openapi": "3.1.0",
      "info": ["title": "Maquette", "version": .string(maquetteVersion)],
      "servers": [["url": .string(url)]],
      "paths": .object(paths.map { ($0.key, .object($0.value)) }),
      "components": [
        "securitySchemes": ["key": ["type": "http", "scheme": "bearer"]]
      ],
    ]
  }

  private static func operation(_ route: Route, _ facade: any Facade, _ path: String) -> JSONValue {
    let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
      String($0.dropFirst().dropLast())
    }
    let inPath = names.map { name -> JSONValue in
      [
        "name": .string(name), "in": "path", "required": true,
        "schema": ["type": "string", "minLength": 1],
      ]
    }
    let inQuery = route.query.map { name, schema -> JSONValue in
      ["name": .string(name), "in": "query", "required": false, "schema": schema]
    }
    var members: [(key: String, value: JSONValue)] = [
      ("summary", .string(route.summary)), ("tags", [.string(facade.id)]),
      ("parameters", .array(inPath + inQuery)),
    ]
    if let request = route.request {
      members.append(
        ("requestBody", ["required": true, "content": content(request.type, request.schema)]))
    }
    members.append(("responses", responses(route, facade)))
    members.append(("security", route.scope == nil ? [] : [["key": []]]))
    return .object(members)
  }

  private static func content(_ type: String, _ schema: JSONValue) -> JSONValue {
    .object([(key: type, value: JSONValue.object([("schema", schema)]))])
  }

  private static func responses(_ route: Route, _ facade: any Facade) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    for status in [route.answer.status] + route.answer.others {
      var answer: [(key: String, value: JSONValue)] = [("description", .string(Self.word(status)))]
      if let schema = route.answer.schema, status == route.answer.status {
        answer.append(("content", content(route.answer.type, schema)))
      }
      members.append(("\(status)", .object(answer)))
    }
    let error = content(facade.errorType, facade.errorSchema)
    for status in route.failures {
      members.append(
        ("\(status)", ["description": .string(word(status)), "content": error]))
    }
    return .object(members)
  }

  private static func word(_ status: Int) -> String {
    let words = [
      200: "Done", 201: "Made", 202: "Taken", 204: "Gone", 206: "A part of it", 304: "Not changed",
      400: "Not understood", 401: "No key, or none that works", 402: "Too few credits",
      403: "Not allowed", 404: "Not there", 405: "Not for this path", 408: "Took too long",
      409: "Not now", 410: "Expired", 415: "Not this kind", 416: "No such part",
      422: "The key was used for something else", 429: "Too many requests", 500: "Our fault",
      503: "Not now", 507: "The disk is full",
    ]
    return words[status] ?? "\(status)"
  }
}

extension Route {
  /// What can go wrong with any route of this kind.
  var failures: [Int] {
    var statuses: Set<Int> = [400, 404, 405, 429, 500, 507]
    if scope != nil { statuses.formUnion([401, 403]) }
    if method == "POST" { statuses.formUnion([402, 408, 409, 422, 501]) }
    if method == "DELETE" || pattern.contains("{") { statuses.formUnion([409, 410]) }
    if answer.others.contains(206) { statuses.insert(416) }
    return statuses.subtracting([answer.status] + answer.others).sorted()
  }
}
