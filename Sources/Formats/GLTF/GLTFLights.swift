import Scenes

// What the whole document says in extensions: its lights, and the ways it can look.

extension GLTFDocument {
  private func root(_ name: String) throws(FormatError) -> GLTFElement? {
    try root.object("extensions")?.object(name)
  }

  /// Lights of a kind that is unknown keep their number and stay dark.
  func lights() throws(FormatError) -> (lights: [Light], warnings: [String]) {
    var (lights, warnings): ([Light], [String]) = ([], [])
    for element in try root("KHR_lights_punctual")?.list("lights") ?? [] {
      guard let kind = try kind(element) else {
        let name = try element.string("type").map { "\"\($0)\"" } ?? "missing"
        warnings.append("\(element.path): the type is \(name), so the light is left out")
        var dark = Light(.point)
        dark.intensity = 0
        lights.append(dark)
        continue
      }
      var light = Light(kind)
      light.name = try element.string("name") ?? ""
      if let color = try element.numbers("color", count: 3) {
        light.color = SIMD3(color.map { Float(max(0, $0)) })
      }
      light.intensity = max(0, try element.float("intensity") ?? 1)
      if let range = try element.float("range"), range > 0 { light.range = range }
      lights.append(light)
    }
    return (lights, warnings)
  }

  private func kind(_ element: GLTFElement) throws(FormatError) -> Light.Kind? {
    switch try element.string("type") {
    case "directional": return .directional
    case "point": return .point
    case "spot":
      let spot = try element.object("spot")
      let outer = min(max(try spot?.float("outerConeAngle") ?? .pi / 4, 1e-3), .pi / 2)
      let inner = min(max(try spot?.float("innerConeAngle") ?? 0, 0), outer - 1e-4)
      return .spot(inner: inner, outer: outer)
    default: return nil
    }
  }

  func variants() throws(FormatError) -> [String] {
    var names: [String] = []
    for element in try root("KHR_materials_variants")?.list("variants") ?? [] {
      names.append(try element.string("name") ?? "variant \(names.count + 1)")
    }
    return names
  }

  /// Which material a primitive has in which variant.
  func materialOfVariant(_ primitive: GLTFElement) throws(FormatError) -> [Int: Int] {
    guard let element = try primitive.object("extensions")?.object("KHR_materials_variants")
    else { return [:] }
    var found: [Int: Int] = [:]
    let count = try root("KHR_materials_variants")?.list("variants").count ?? 0
    for mapping in try element.list("mappings") {
      let material = try mapping.index("material", into: "materials", size: size("materials"))
      for variant in try mapping.indices("variants", into: "variants", size: count) {
        found[variant] = material
      }
    }
    return found
  }
}
