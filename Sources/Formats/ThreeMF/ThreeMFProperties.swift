import Scenes

extension ThreeMFModelParser {
  /// One group of properties, a texture or display properties, by the element that was opened.
  mutating func readProperties(_ key: UInt64) throws(FormatError) {
    let id = try newIdentifier()
    switch key {
    case ThreeMFName.basematerials: try readBases(id)
    case ThreeMFName.colorgroup: try readColors(id)
    case ThreeMFName.texture2d: try readTexture(id)
    case ThreeMFName.texture2dgroup: try readTexturePoints(id)
    case ThreeMFName.compositematerials: try readComposites(id)
    case ThreeMFName.multiproperties: try readLayers(id)
    default: try readDisplay(id)
    }
  }

  private mutating func readBases(_ id: Int) throws(FormatError) {
    let display = text("displaypropertiesid") == nil ? nil : try index("displaypropertiesid")
    var ownDisplay: Int?
    var bases: [ThreeMFModel.Base] = []
    try forEachChild { (parser, key) throws(FormatError) in
      if key == ThreeMFName.base {
        let color = try parser.color("displaycolor")
        bases.append(.init(name: parser.text("name") ?? "", color: color))
        if parser.text("displaypropertiesid") != nil {
          ownDisplay = try parser.index("displaypropertiesid")
        }
      }
      try parser.xml.skipElement()
    }
    model.properties[id] = .base(bases, display: display ?? ownDisplay)
  }

  private mutating func readColors(_ id: Int) throws(FormatError) {
    var colors: [SIMD4<Float>] = []
    try forEachChild { (parser, _) throws(FormatError) in
      colors.append(try parser.color("color"))
      try parser.xml.skipElement()
    }
    model.properties[id] = .colors(colors, isComposite: false)
  }

  private mutating func readTexture(_ id: Int) throws(FormatError) {
    guard let path = text("path") else { throw bad("texture \(id) has no path") }
    let mediaType = text("contenttype") ?? ""
    guard ["image/png", "image/jpeg"].contains(mediaType) else {
      throw bad("texture \(id) has the content type \"\(mediaType)\"; PNG and JPEG are allowed")
    }
    var texture = ThreeMFModel.Texture(path: path, mediaType: mediaType)
    texture.wrapU = Self.wraps[text("tilestyleu") ?? "wrap"] ?? .repeat
    texture.wrapV = Self.wraps[text("tilestylev") ?? "wrap"] ?? .repeat
    texture.isSmooth = text("filter") != "nearest"
    model.textures[id] = texture
    try xml.skipElement()
  }

  private static let wraps: [String: Texture.Wrap] = [
    "wrap": .repeat, "mirror": .mirror, "clamp": .clamp, "none": .clamp,
  ]

  private mutating func readTexturePoints(_ id: Int) throws(FormatError) {
    let texture = try index("texid")
    guard model.textures[texture] != nil else {
      throw bad("texture group \(id) names texture \(texture), which there is not")
    }
    var points: [SIMD2<Float>] = []
    try forEachChild { (parser, _) throws(FormatError) in
      let (u, v) = (try parser.number("u"), try parser.number("v"))
      // 3MF counts v from the bottom row, scenes from the top.
      points.append([u, 1 - v])
      try parser.xml.skipElement()
    }
    model.properties[id] = .texture(texture, points)
  }

  private mutating func readComposites(_ id: Int) throws(FormatError) {
    let base = try index("matid")
    guard case .base(let bases, _) = model.properties[base] else {
      throw bad("composite materials \(id) name \(base), which are not base materials")
    }
    let indices = try indices("matindices")
    guard let most = indices.max(), most < bases.count else {
      throw bad("composite materials \(id) name a base material that there is not")
    }
    var colors: [SIMD4<Float>] = []
    try forEachChild { (parser, _) throws(FormatError) in
      let range = parser.xml.value(XMLName.key("values")) ?? 0..<0
      let bytes = parser.xml.bytes
      let values = bytes.words(range).compactMap { bytes.decimalFloat($0) }
      guard values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw parser.bad("a share of a composite is not a number of 0 or more")
      }
      var mixed = SIMD4<Float>.zero
      for (base, share) in zip(indices, values) { mixed += bases[base].color * share }
      let total = zip(indices, values).reduce(0) { $0 + $1.1 }
      colors.append(total > 0 ? mixed / total : SIMD4(repeating: 1))
      try parser.xml.skipElement()
    }
    model.properties[id] = .colors(colors, isComposite: true)
  }

  private mutating func readLayers(_ id: Int) throws(FormatError) {
    let layers = try indices("pids")
    var materials = 0
    var colors = 0
    for layer in layers {
      switch model.properties[layer] {
      case .base, .colors(_, isComposite: true): materials += 1
      case .colors: colors += 1
      case .texture: break
      case .layers: throw bad("multi-properties \(id) name multi-properties")
      // A texture may be named instead of its group; some writers do.
      case nil:
        guard model.textures[layer] != nil else {
          throw bad("multi-properties \(id) name group \(layer), which there is not")
        }
      }
    }
    guard materials <= 1, colors <= 1 else {
      throw bad("multi-properties \(id) name more than one group of materials or of colors")
    }
    var rows: [[Int]] = []
    try forEachChild { (parser, _) throws(FormatError) in
      rows.append(try parser.indices("pindices"))
      try parser.xml.skipElement()
    }
    model.properties[id] = .layers(layers, rows)
  }

  private mutating func readDisplay(_ id: Int) throws(FormatError) {
    var values: [ThreeMFModel.Display] = []
    try forEachChild { (parser, key) throws(FormatError) in
      if key == ThreeMFName.metallic {
        values.append(
          .init(
            metallic: try parser.number("metallicness"), roughness: try parser.number("roughness")))
      }
      try parser.xml.skipElement()
    }
    model.displayProperties[id] = values
  }

  private func number(_ name: String) throws(FormatError) -> Float {
    guard let range = xml.value(XMLName.key(name)), let value = xml.bytes.decimalFloat(range),
      value.isFinite
    else { throw bad("\"\(name)\" is not a number") }
    return value
  }

  private func indices(_ name: String) throws(FormatError) -> [Int] {
    guard let range = xml.value(XMLName.key(name)) else { throw bad("\"\(name)\" is missing") }
    var values: [Int] = []
    for word in xml.bytes.words(range) {
      guard let value = xml.bytes.decimalIndex(word) else {
        throw bad("\"\(name)\" holds something else than whole numbers")
      }
      values.append(Int(value))
    }
    return values
  }

  /// `#RRGGBB` or `#RRGGBBAA`.
  private func color(_ name: String) throws(FormatError) -> SIMD4<Float> {
    guard let text = text(name) else { throw bad("\"\(name)\" is missing") }
    guard text.hasPrefix("#"), text.count == 7 || text.count == 9,
      let value = UInt32(text.dropFirst(), radix: 16)
    else { throw bad("\"\(text)\" is not a color such as #FF8000") }
    let code = text.count == 7 ? value << 8 | 0xFF : value
    return SIMD4(
      Float(code >> 24), Float(code >> 16 & 0xFF), Float(code >> 8 & 0xFF), Float(code & 0xFF))
      / 255
  }
}
