import Archives
import Settings

/// What lies in the buffer, and the views and accessors that name it; what is there already is shared.
extension GLTFWriter {
  /// Bytes in the buffer, from a multiple of four; answers where they begin.
  mutating func store(_ bytes: [UInt8]) -> Int {
    while binary.count % 4 != 0 { binary.append(0) }
    defer { binary += bytes }
    return binary.count
  }

  /// The view of some geometry, made where there is none of the same.
  mutating func view(
    ofContent bytes: [UInt8], _ kind: String, _ make: (inout GLTFWriter) -> JSONValue
  ) -> JSONValue {
    let key = Array(Digest.sha256(of: bytes).utf8) + Array(kind.utf8)
    if let known = viewOfContent[key] { return known }
    let view = make(&self)
    viewOfContent[key] = view
    return view
  }

  /// The accessor with these members, which may be shared.
  ///
  /// - Parameter source: the view of compressed geometry that fills it, where it has none of its own: accessors of
  ///   different geometry must not be one, however alike they look.
  mutating func add(accessor members: Members, filledBy source: JSONValue? = nil) -> JSONValue {
    let text = JSONValue.object(members).text() + (source?.text() ?? "")
    if let known = accessorOfContent[text] { return known }
    accessors.append(.object(members))
    accessorOfContent[text] = .integer(accessors.count - 1)
    return .integer(accessors.count - 1)
  }

  mutating func add(view members: Members) -> JSONValue {
    views.append(.object(members))
    return .integer(views.count - 1)
  }

  mutating func view(_ bytes: [UInt8], target: Int?) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("buffer", 0), ("byteOffset", .integer(store(bytes))), ("byteLength", .integer(bytes.count)),
    ]
    if let target { members.append(("target", .integer(target))) }
    return add(view: members)
  }
}
