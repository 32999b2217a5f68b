import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// What a textured model looks like at a place of its surface, light left out.
struct SurfaceLook: Sendable {
  struct Point {
    /// RGBA, linear.
    var baseColor: SIMD4<Float>
    var roughness: Float
    var metallic: Float
    /// What it gives off by itself, linear; may be over 1.
    var emission: SIMD3<Float>
    /// Unit, with the bumps of a normal map.
    var normal: SIMD3<Float>
  }

  let mesh: Mesh
  private let materials: [Material]
  /// Which material each triangle has.
  private let materialOf: [Int]
  private let textures: [Texture]
  private let images: [Image?]
  /// Unit normals of the triangles' corners.
  private let normals: [SIMD3<Float>]

  init(_ input: MeshInput, _ work: WorkContext) {
    let scene = input.scene
    var materials = scene.materials
    materials.append(.plain)
    materialOf = input.materials.map { $0 ?? materials.count - 1 }
    self.materials = materials
    textures = scene.textures
    let used = Set(materials.flatMap(\.slots).compactMap { scene.textures[$0.texture].image })
    images = scene.images.indices.map { index in
      guard used.contains(index) else { return nil }
      do {
        return try scene.images[index].decoded().image.rgba8()
      } catch {
        let name = "image \(index) \"\(scene.images[index].name)\""
        work.log.warn("\(name) is left out: \(scene.images[index].problem ?? "\(error)")")
        return nil
      }
    }
    // Each part by itself, as parts differ in what they have.
    let parts = scene.surfaces().map { part in
      let normalTexture = part.material.flatMap { scene.materials[$0].normalTexture }
      return Self.completed(part.mesh, tangentsFor: normalTexture?.uvSet)
    }
    mesh = Mesh.merged(parts)
    normals = mesh.attributes.normals
  }

  private static func completed(_ mesh: Mesh, tangentsFor uvSet: Int?) -> Mesh {
    let whole = mesh.attributes.normals.isEmpty ? mesh.withFlatNormals() : mesh.withoutZeroNormals()
    guard let uvSet, whole.attributes.tangents.isEmpty else { return whole }
    return whole.withTangents(uvSet: uvSet)
  }

  func point(_ triangle: Int, _ weights: SIMD2<Float>) -> Point {
    let corners = mesh.triangles[triangle]
    let material = materials[materialOf[triangle]]
    let at = Corners(
      indices: (Int(corners.x), Int(corners.y), Int(corners.z)),
      shares: [1 - weights.x - weights.y, weights.x, weights.y])
    var color = material.baseColor
    if mesh.attributes.colors.count == mesh.positions.count {
      color *= at.mean(mesh.attributes.colors)
    }
    if let texel = sampled(material.baseColorTexture, at, isColor: true) { color *= texel }
    switch material.alphaMode {
    case .opaque: color.w = 1
    case .mask(let cutoff): color.w = color.w >= cutoff ? 1 : 0
    case .blend: break
    }
    var point = Point(
      baseColor: color, roughness: material.roughness, metallic: material.metallic,
      emission: material.emissive * material.emissiveStrength, normal: normal(at, corners, material)
    )
    if let gloss = material.specularGlossiness {
      let alpha = sampled(gloss.texture, at)?.w ?? 1
      (point.metallic, point.roughness) = (0, 1 - gloss.glossiness * alpha)
    } else if let matter = sampled(material.metallicRoughnessTexture, at) {
      point.roughness *= matter.y
      point.metallic *= matter.z
    }
    if point.emission != .zero, let texel = sampled(material.emissiveTexture, at, isColor: true) {
      point.emission *= texel.xyz
    }
    return point
  }

  /// A triangle's corners and how much each counts.
  private struct Corners {
    let indices: (Int, Int, Int)
    let shares: SIMD3<Float>

    func mean<V: SIMD>(_ values: [V]) -> V where V.Scalar == Float {
      values[indices.0] * shares.x + values[indices.1] * shares.y + values[indices.2] * shares.z
    }
  }

  private func normal(
    _ at: Corners, _ triangle: SIMD3<UInt32>, _ material: Material
  ) -> SIMD3<Float> {
    let smooth = at.mean(normals).normalized
    guard let codes = sampled(material.normalTexture, at),
      mesh.attributes.tangents.count == mesh.positions.count
    else { return smooth }
    let tangent = at.mean(mesh.attributes.tangents)
    let along = (tangent.xyz - smooth * smooth.dot(tangent.xyz)).normalized
    let across = smooth.cross(along) * (tangent.w < 0 ? -1 : 1)
    let bump = SIMD3(codes.x, codes.y, codes.z) * 2 - 1
    let tilted =
      along * (bump.x * material.normalScale) + across * (bump.y * material.normalScale)
      + smooth * bump.z
    return tilted.lengthSquared > 1e-12 ? tilted.normalized : smooth
  }

  /// A texture there, bilinear: 0...1, colors decoded before they are mixed.
  private func sampled(_ slot: TextureSlot?, _ at: Corners, isColor: Bool = false) -> SIMD4<Float>?
  {
    guard let slot, mesh.attributes.uvs.indices.contains(slot.uvSet),
      let image = textures[slot.texture].image.flatMap({ images[$0] })
    else { return nil }
    let uv = slot.transform.applied(to: at.mean(mesh.attributes.uvs[slot.uvSet]))
    let texture = textures[slot.texture]
    let size = SIMD2(Float(image.width), Float(image.height))
    let place = texture.isSmooth ? uv * size - 0.5 : (uv * size).rounded(.down)
    guard place.x.isFinite, place.y.isFinite, abs(place).max() < 1e7 else { return nil }
    let low = place.rounded(.down)
    let part = place - low
    var sum = SIMD4<Float>.zero
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
      let x = Self.wrapped(Int(low.x) + dx, image.width, texture.wrapU)
      let y = Self.wrapped(Int(low.y) + dy, image.height, texture.wrapV)
      let base = 4 * (y * image.width + x)
      let share = (dx == 0 ? 1 - part.x : part.x) * (dy == 0 ? 1 - part.y : part.y)
      let codes = SIMD4<UInt8>(
        image.bytes[base], image.bytes[base + 1], image.bytes[base + 2], image.bytes[base + 3])
      var texel = SIMD4<Float>(codes) / 255
      if isColor {
        for channel in 0..<3 { texel[channel] = SRGB.linearOfCode[Int(codes[channel])] }
      }
      sum += texel * share
    }
    return sum
  }

  private static func wrapped(_ index: Int, _ size: Int, _ wrap: Texture.Wrap) -> Int {
    switch wrap {
    case .clamp: return min(max(index, 0), size - 1)
    case .repeat: return ((index % size) + size) % size
    case .mirror:
      let place = ((index % (2 * size)) + 2 * size) % (2 * size)
      return place < size ? place : 2 * size - 1 - place
    }
  }
}

private func abs(_ v: SIMD2<Float>) -> SIMD2<Float> { v.replacing(with: -v, where: v .< 0) }
