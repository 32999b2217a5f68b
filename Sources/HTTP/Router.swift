/// Finds what answers a method and a path. Patterns are paths whose segments in braces take any value:
/// `/v1/models/{id}`. A slash at the end means nothing; a literal segment goes before one in braces.
public struct Router<Target: Sendable>: Sendable {
  private struct Node: Sendable {
    var literals: [String: Node] = [:]
    /// The names that patterns give the segment, by method, and what follows.
    var wildcard: [Node] = []
    var targets: [String: (names: [String], target: Target)] = [:]
  }

  /// A route that another is in the way of.
  public struct Conflict: Error, Sendable {
    public let method, pattern: String
  }

  public enum Match: Sendable {
    case found(Target, [String: String])
    /// The path is known, but not with this method.
    case wrongMethod(allowed: [String])
    case none
  }

  private var root = Node()

  public init() {}

  /// Throws `Conflict` where a route of the same method and shape is there.
  public mutating func add(_ method: String, _ pattern: String, _ target: Target) throws(Conflict) {
    let segments = Self.segments(pattern)
    let names = segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    let isNew = Self.insert(&root, segments[...], method, names, target)
    guard isNew else { throw Conflict(method: method, pattern: pattern) }
  }

  private static func insert(
    _ node: inout Node, _ rest: ArraySlice<String>, _ method: String, _ names: [String],
    _ target: Target
  ) -> Bool {
    guard let first = rest.first else {
      guard node.targets[method] == nil else { return false }
      node.targets[method] = (names, target)
      return true
    }
    if first.hasPrefix("{") {
      if node.wildcard.isEmpty { node.wildcard = [Node()] }
      return insert(&node.wildcard[0], rest.dropFirst(), method, names, target)
    }
    return insert(&node.literals[first, default: Node()], rest.dropFirst(), method, names, target)
  }

  /// By bytes: an accent or a skin tone after a slash makes one character of both.
  public static func segments(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// HEAD is answered as GET is.
  public func match(_ method: String, _ path: String) -> Match {
    let method = method == "HEAD" ? "GET" : method
    var allowed: Set<String> = []
    var values: [String] = []
    if let found = Self.find(root, Self.segments(path)[...], method, &values, &allowed) {
      return .found(found.target, Dictionary(zip(found.names, values)) { first, _ in first })
    }
    if allowed.contains("GET") { allowed.insert("HEAD") }
    return allowed.isEmpty ? .none : .wrongMethod(allowed: allowed.sorted())
  }

  private static func find(
    _ node: Node, _ rest: ArraySlice<String>, _ method: String, _ values: inout [String],
    _ allowed: inout Set<String>
  ) -> (names: [String], target: Target)? {
    guard let first = rest.first else {
      if let found = node.targets[method] { return found }
      allowed.formUnion(node.targets.keys)
      return nil
    }
    if let next = node.literals[first],
      let found = find(next, rest.dropFirst(), method, &values, &allowed)
    {
      return found
    }
    guard let next = node.wildcard.first else { return nil }
    values.append(first)
    if let found = find(next, rest.dropFirst(), method, &values, &allowed) { return found }
    values.removeLast()
    return nil
  }
}
