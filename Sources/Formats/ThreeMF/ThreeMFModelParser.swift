import LinearMath
import Scenes
import Work

/// Reads one model part: 3MF core, materials and production.
struct ThreeMFModelParser {
  var xml: XMLScanner
  let log: LogSink
  var model = ThreeMFModel()
  /// The namespaces that prefixes stand for. Prefixes are not meant differently in two places.
  private var namespaces: [String: String] = ["xml": "xml"]
  private var warned: Set<String> = []

  init(_ file: [UInt8], log: LogSink) {
    xml = XMLScanner(file)
    self.log = log
  }

  static func parse(_ file: [UInt8], log: LogSink) throws(FormatError) -> ThreeMFModel {
    var parser = ThreeMFModelParser(file, log: log)
    try parser.run()
    return parser.model
  }

  private mutating func run() throws(FormatError) {
    guard try xml.next() == .open, xml.key == ThreeMFName.model else {
      throw xml.error("the root element is not <model>")
    }
    try readRoot()
    var hasResources = false
    try forEachChild { (parser, key) throws(FormatError) in
      switch key {
      case ThreeMFName.resources:
        hasResources = true
        try parser.readResources()
      case ThreeMFName.build: try parser.readBuild()
      case ThreeMFName.metadata: try parser.readMetadata()
      default: try parser.xml.skipElement()
      }
    }
    guard try xml.next() == .end else { throw xml.error("there is a second root element") }
    guard hasResources else { throw bad("the model has no <resources>") }
  }

  private mutating func readRoot() throws(FormatError) {
    learnNamespaces()
    if let name = text("unit") {
      guard let unit = Self.units[name] else {
        throw bad("\"\(name.prefix(40))\" is not a unit of 3MF")
      }
      model.unit = unit
    }
    guard namespaces[prefixText(xml.prefix)] == ThreeMFName.core else {
      throw bad("the model is not in the namespace of 3MF")
    }
    let required = (text("requiredextensions") ?? "").split(separator: " ").map(String.init)
    for prefix in required {
      guard let namespace = namespaces[prefix] else {
        throw bad("the extension \"\(prefix)\" is required and not declared")
      }
      guard [ThreeMFName.materials, ThreeMFName.production].contains(namespace) else {
        let name = ThreeMFName.unreadExtensions.first { namespace.contains($0.part) }?.name
        throw FormatError(
          "unsupported-extension",
          "the model requires the extension \(name ?? namespace), which is not read here")
      }
    }
    model.extensions = namespaces.values.filter { $0 != "xml" && $0 != ThreeMFName.core }.sorted()
  }

  private static let units: [String: LengthUnit] = [
    "micron": .micrometers, "millimeter": .millimeters, "centimeter": .centimeters,
    "inch": .inches, "foot": .feet, "meter": .meters,
  ]

  /// A name that is not 3MF's own wants a namespace; harmless, so a warning.
  private mutating func readMetadata() throws(FormatError) {
    guard let name = text("name") else { throw bad("metadata has no name") }
    if !name.contains(":"), !ThreeMFName.knownMetadata.contains(name) {
      log.warn(
        "\"\(name.prefix(40))\" is no metadata name of 3MF and has no namespace; it is not read")
    }
    try xml.skipElement()
  }

  private mutating func readBuild() throws(FormatError) {
    try forEachChild { (parser, key) throws(FormatError) in
      if key == ThreeMFName.item { parser.model.items.append(try parser.component()) }
      try parser.xml.skipElement()
    }
  }
}

// MARK: - Objects

extension ThreeMFModelParser {
  private mutating func readResources() throws(FormatError) {
    try forEachChild { (parser, key) throws(FormatError) in
      switch key {
      case ThreeMFName.object: try parser.readObject()
      case ThreeMFName.basematerials, ThreeMFName.colorgroup, ThreeMFName.texture2d,
        ThreeMFName.texture2dgroup, ThreeMFName.compositematerials, ThreeMFName.multiproperties,
        ThreeMFName.metallicProperties:
        try parser.readProperties(key)
      default: try parser.xml.skipElement()
      }
    }
  }

  /// The id of a resource, which no other may have.
  mutating func newIdentifier() throws(FormatError) -> Int {
    let id = try index("id")
    guard model.objects[id] == nil, model.properties[id] == nil, model.textures[id] == nil,
      model.displayProperties[id] == nil
    else { throw bad("two resources have the id \(id)") }
    return id
  }

  private mutating func readObject() throws(FormatError) {
    var object = ThreeMFModel.Object()
    let id = try newIdentifier()
    object.name = text("name") ?? ""
    object.kind = text("type") ?? "model"
    if text("pid") != nil {
      object.property = .init(group: try index("pid"), index: try index("pindex"))
    } else if text("pindex") != nil {
      throw bad("object \(id) has a pindex and no pid")
    }
    try forEachChild { (parser, key) throws(FormatError) in
      switch key {
      case ThreeMFName.mesh: object.content = .mesh(try parser.mesh())
      case ThreeMFName.components:
        var components: [ThreeMFModel.Component] = []
        try parser.forEachChild { (parser, key) throws(FormatError) in
          if key == ThreeMFName.component { components.append(try parser.component()) }
          try parser.xml.skipElement()
        }
        object.content = .components(components)
      default: try parser.xml.skipElement()
      }
    }
    model.objects[id] = object
  }

  private func component() throws(FormatError) -> ThreeMFModel.Component {
    let path = xml.attributes.first { !$0.prefix.isEmpty && $0.key == XMLName.key("path") }
    return ThreeMFModel.Component(
      object: try index("objectid"), path: path.map { xml.string($0.value) },
      parentFromObject: try transform())
  }

  /// Twelve numbers, for points as rows: three rows of the linear part and the offset.
  private func transform() throws(FormatError) -> Matrix4 {
    guard let range = xml.value(XMLName.key("transform")) else { return .identity }
    let numbers = xml.bytes.words(range).compactMap { xml.bytes.decimalFloat($0) }.map(Double.init)
    guard numbers.count == 12, numbers.allSatisfy(\.isFinite) else {
      throw bad("a transform is not twelve numbers")
    }
    func row(_ at: Int) -> SIMD3<Double> { [numbers[at], numbers[at + 1], numbers[at + 2]] }
    return Matrix4(
      linear: Matrix3(columns: row(0), row(3), row(6)), translation: row(9))
  }

  private mutating func mesh() throws(FormatError) -> ThreeMFModel.RawMesh {
    var mesh = ThreeMFModel.RawMesh()
    try forEachChild { (parser, key) throws(FormatError) in
      switch key {
      case ThreeMFName.vertices: try parser.readVertices(&mesh)
      case ThreeMFName.triangles: try parser.readTriangles(&mesh)
      default: try parser.xml.skipElement()
      }
    }
    return mesh
  }

  private mutating func readVertices(_ mesh: inout ThreeMFModel.RawMesh) throws(FormatError) {
    let (x, y, z) = (ThreeMFName.x, ThreeMFName.y, ThreeMFName.z)
    let pieces = XMLScanner.RowPieces("vertex", ("x", "y", "z"))
    while true {
      if let row = xml.row(pieces) {
        mesh.positions.append(
          try checked([coordinate(row.0), coordinate(row.1), coordinate(row.2)]))
        continue
      }
      guard try xml.next() == .open else { return }
      guard xml.key == ThreeMFName.vertex else {
        try xml.skipElement()
        continue
      }
      var position = SIMD3<Float>(repeating: .nan)
      for attribute in xml.attributes where attribute.prefix.isEmpty {
        let value = coordinate(attribute.value)
        if attribute.key == x {
          position.x = value
        } else if attribute.key == y {
          position.y = value
        } else if attribute.key == z {
          position.z = value
        }
      }
      mesh.positions.append(try checked(position))
      try xml.skipElement()
    }
  }

  private func coordinate(_ range: Range<Int>) -> Float { xml.bytes.decimalFloat(range) ?? .nan }

  private func checked(_ position: SIMD3<Float>) throws(FormatError) -> SIMD3<Float> {
    guard position == position else {
      throw xml.error("a vertex needs x, y and z, each a number")
    }
    return position
  }

  private mutating func readTriangles(_ mesh: inout ThreeMFModel.RawMesh) throws(FormatError) {
    let names = (ThreeMFName.v1, ThreeMFName.v2, ThreeMFName.v3)
    let pieces = XMLScanner.RowPieces("triangle", ("v1", "v2", "v3"))
    while true {
      if let row = xml.row(pieces) {
        let corners = SIMD3(corner(row.0), corner(row.1), corner(row.2))
        mesh.triangles.append(try checked(corners))
        continue
      }
      guard try xml.next() == .open else { break }
      guard xml.key == ThreeMFName.triangle else {
        try xml.skipElement()
        continue
      }
      var corners = SIMD3<UInt32>(repeating: .max)
      var property = ThreeMFModel.TriangleProperty()
      for attribute in xml.attributes where attribute.prefix.isEmpty {
        if attribute.key == names.0 {
          corners.x = corner(attribute.value)
        } else if attribute.key == names.1 {
          corners.y = corner(attribute.value)
        } else if attribute.key == names.2 {
          corners.z = corner(attribute.value)
        } else {
          try set(attribute.key, attribute.value, &property)
        }
      }
      if property != ThreeMFModel.TriangleProperty() {
        mesh.padProperties()
        mesh.properties.append(property)
      }
      mesh.triangles.append(try checked(corners))
      try xml.skipElement()
    }
    if !mesh.properties.isEmpty { mesh.padProperties() }
  }

  private func corner(_ range: Range<Int>) -> UInt32 { xml.bytes.decimalIndex(range) ?? .max }

  private func checked(_ corners: SIMD3<UInt32>) throws(FormatError) -> SIMD3<UInt32> {
    guard corners.x < .max, corners.y < .max, corners.z < .max else {
      throw xml.error("a triangle needs v1, v2 and v3, each the index of a vertex")
    }
    return corners
  }

  private func set(
    _ key: UInt64, _ value: Range<Int>, _ property: inout ThreeMFModel.TriangleProperty
  ) throws(FormatError) {
    switch key {
    case ThreeMFName.pid: property.group = try number(value)
    case ThreeMFName.p1: property.indices.x = try number(value)
    case ThreeMFName.p2: property.indices.y = try number(value)
    case ThreeMFName.p3: property.indices.z = try number(value)
    default: break
    }
  }

  private func number(_ range: Range<Int>) throws(FormatError) -> Int32 {
    guard let value = xml.bytes.decimalIndex(range) else {
      throw xml.error("a property's number is none")
    }
    return Int32(value)
  }
}

// MARK: - Helpers

extension ThreeMFModelParser {
  /// Calls `body` for each child that is 3MF's or of an extension that is read; it must leave the element.
  mutating func forEachChild(
    _ body: (inout ThreeMFModelParser, _ key: UInt64) throws(FormatError) -> Void
  ) throws(FormatError) {
    while try xml.next() == .open {
      if isKnown(xml.prefix) { try body(&self, xml.key) } else { try xml.skipElement() }
    }
  }

  private mutating func isKnown(_ prefix: Range<Int>) -> Bool {
    let name = prefixText(prefix)
    guard let namespace = namespaces[name] else {
      learnNamespaces()
      if namespaces[name] == nil, warned.insert(name).inserted {
        log.warn(
          "the prefix \"\(name.prefix(40))\" is used and not declared; its elements are not read")
      }
      return namespaces[name] == ThreeMFName.materials
    }
    if namespace == ThreeMFName.core || namespace == ThreeMFName.materials { return true }
    let unread = ThreeMFName.unreadExtensions.first { namespace.contains($0.part) }
    if let unread, warned.insert(name).inserted {
      log.warn("the extension \(unread.name) is not read; the model may be more than what is read")
    }
    return false
  }

  private mutating func learnNamespaces() {
    for attribute in xml.attributes {
      if attribute.prefix.isEmpty, attribute.key == XMLName.key("xmlns") {
        namespaces[""] = xml.string(attribute.value)
      } else if prefixText(attribute.prefix) == "xmlns" {
        let start = attribute.prefix.upperBound + 1
        let end = xml.bytes[start...].firstIndex { $0 == UInt8(ascii: "=") || $0 <= 0x20 } ?? start
        namespaces[String(decoding: xml.bytes[start..<end], as: UTF8.self)] =
          xml.string(attribute.value)
      }
    }
  }

  private func prefixText(_ range: Range<Int>) -> String {
    range.isEmpty ? "" : String(decoding: xml.bytes[range], as: UTF8.self)
  }

  func text(_ name: String) -> String? { xml.value(XMLName.key(name)).map { xml.string($0) } }

  func index(_ name: String) throws(FormatError) -> Int {
    guard let range = xml.value(XMLName.key(name)) else {
      throw bad("\"\(name)\" is missing")
    }
    guard let value = xml.bytes.decimalIndex(range) else {
      throw bad("\"\(name)\" is \"\(xml.string(range).prefix(40))\" instead of a whole number")
    }
    return Int(value)
  }

  func bad(_ message: String) -> FormatError {
    let error = xml.error(message)
    return FormatError("bad-3mf", error.message, at: error.place)
  }
}
