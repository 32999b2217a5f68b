import Geometry
import Imaging
import Scenes
import Settings

/// The materials, colors and textures of a scene as 3MF resources, made as parts ask for them.
struct ThreeMFPropertyWriter {
  /// What the three corners of a triangle show.
  struct Corners {
    var group = 0
    var indices: SIMD3<Int> = .zero

    /// As attributes of a triangle, with the blank in front; empty for nothing.
    var attributes: String {
      if group == 0 { return "" }
      if indices.x == indices.y, indices.y == indices.z {
        return "\" pid=\"\(group)\" p1=\"\(indices.x)"
      }
      return "\" pid=\"\(group)\" p1=\"\(indices.x)\" p2=\"\(indices.y)\" p3=\"\(indices.z)"
    }
  }

  private let scene: Scene
  private var lastIdentifier = 0
  private(set) var text: [UInt8] = []
  private(set) var pictures: [(path: String, bytes: [UInt8])] = []
  private var baseGroup: Int?
  private var identifierOfTexture: [Int: Int] = [:]
  private var picturesOfImages: Set<Int> = []

  init(_ scene: Scene) { self.scene = scene }

  mutating func newIdentifier() -> Int {
    lastIdentifier += 1
    return lastIdentifier
  }

  func showsNothing(_ part: Scene.Shape.Part) -> Bool {
    part.material == nil && part.mesh.attributes.colors.isEmpty
  }

  /// What each triangle of a part shows; the topmost of texture, vertex colors and material.
  mutating func corners(of part: Scene.Shape.Part) -> [Corners] {
    let mesh = part.mesh
    let material = part.material.map { scene.materials[$0] }
    if let slot = material?.baseColorTexture, slot.uvSet < mesh.attributes.uvs.count,
      let texture = textureIdentifier(slot.texture)
    {
      let group = texturePoints(mesh.attributes.uvs[slot.uvSet], texture)
      return mesh.triangles.map { Corners(group: group, indices: SIMD3(truncatingIfNeeded: $0)) }
    }
    if !mesh.attributes.colors.isEmpty {
      return colored(mesh, times: material?.baseColor ?? SIMD4(repeating: 1))
    }
    guard let index = part.material else {
      return [Corners](repeating: Corners(), count: mesh.triangles.count)
    }
    let corners = Corners(group: bases(), indices: SIMD3(repeating: index))
    return [Corners](repeating: corners, count: mesh.triangles.count)
  }

  private mutating func bases() -> Int {
    if let baseGroup { return baseGroup }
    let group = newIdentifier()
    var lines = "<basematerials id=\"\(group)\">\n"
    for (index, material) in scene.materials.enumerated() {
      lines += "<base name=\"\(name(index))\" displaycolor=\"\(Self.code(material.baseColor))\"/>\n"
    }
    text += Array((lines + "</basematerials>\n").utf8)
    baseGroup = group
    return group
  }

  private func name(_ index: Int) -> String {
    let name = scene.materials[index].name
    return MarkupText.escaped(name.isEmpty ? "material \(index + 1)" : name)
  }

  private mutating func colored(_ mesh: Mesh, times factor: SIMD4<Float>) -> [Corners] {
    var known: [String: Int] = [:]
    var lines: [String] = []
    let colorOfVertex = mesh.attributes.colors.map { color in
      let code = Self.code(color * factor)
      if known[code] == nil {
        known[code] = lines.count
        lines.append("<m:color color=\"\(code)\"/>\n")
      }
      return known[code]!
    }
    let group = newIdentifier()
    text += Array(("<m:colorgroup id=\"\(group)\">\n" + lines.joined() + "</m:colorgroup>\n").utf8)
    return mesh.triangles.map { triangle in
      Corners(
        group: group,
        indices: SIMD3(
          colorOfVertex[Int(triangle.x)], colorOfVertex[Int(triangle.y)],
          colorOfVertex[Int(triangle.z)]))
    }
  }

  /// Nil where the picture cannot be had.
  private mutating func textureIdentifier(_ index: Int) -> Int? {
    let texture = scene.textures[index]
    guard let image = texture.image, scene.images[image].problem == nil else { return nil }
    if let known = identifierOfTexture[index] { return known }
    let source = scene.images[image]
    let path = "3D/Textures/image\(image).\(source.mediaType == "image/png" ? "png" : "jpg")"
    if picturesOfImages.insert(image).inserted { pictures.append((path, source.bytes)) }
    let id = newIdentifier()
    let wraps: (Texture.Wrap) -> String = { wrap in
      switch wrap {
      case .repeat: "wrap"
      case .clamp: "clamp"
      case .mirror: "mirror"
      }
    }
    text += Array(
      """
      <m:texture2d id="\(id)" path="/\(path)" contenttype="\(source.mediaType)" \
      tilestyleu="\(wraps(texture.wrapU))" tilestylev="\(wraps(texture.wrapV))" \
      filter="\(texture.isSmooth ? "auto" : "nearest")"/>

      """.utf8)
    identifierOfTexture[index] = id
    return id
  }

  private mutating func texturePoints(_ points: [SIMD2<Float>], _ texture: Int) -> Int {
    let group = newIdentifier()
    var lines = XMLText(capacity: 40 * points.count + 100)
    lines.append("<m:texture2dgroup id=\"\(group)\" texid=\"\(texture)\">\n")
    let (u, v) = (XMLText.piece("<m:tex2coord u=\""), XMLText.piece("\" v=\""))
    let end = XMLText.piece("\"/>\n")
    lines.append(rows: points.count, upTo: 80) { index, row in
      row.append(u)
      row.append(points[index].x)
      row.append(v)
      row.append(1 - points[index].y)
      row.append(end)
    }
    lines.append("</m:texture2dgroup>\n")
    text += lines.bytes
    return group
  }

  /// `#RRGGBBAA`, sRGB.
  private static func code(_ color: SIMD4<Float>) -> String {
    let alpha = UInt8((min(max(color.w, 0), 1) * 255).rounded())
    let codes = [SRGB.code(color.x), SRGB.code(color.y), SRGB.code(color.z), alpha]
    return "#"
      + codes.map { code in
        let text = String(code, radix: 16, uppercase: true)
        return code < 16 ? "0" + text : text
      }.joined()
  }
}
