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
    let hasNormals = input.mesh.attributes.normals.contains { $0 != .zero }
    let smooth = hasNormals ? input.mesh : input.mesh.withSmoothNormals()
    mesh = smooth.attributes.tangents.isEmpty ? smooth.withTangents(uvSet: 0) : smooth
    normals = mesh.attributes.normals
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
    if let codes = sampled(material.baseColorTexture, at) {
      func linear(_ code: Float) -> Float { Float(SRGB.decode(Double(code))) }
      color *= SIMD4(linear(codes.x), linear(codes.y), linear(codes.z), codes.w)
    }
    let matter = sampled(material.metallicRoughnessTexture, at) ?? .one
    return Point(
      baseColor: color, roughness: material.roughness * matter.y,
      metallic: material.metallic * matter.z, normal: normal(at, corners, material))
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

  /// A texture there, bilinear, as stored: 0...1.
  private func sampled(_ slot: TextureSlot?, _ at: Corners) -> SIMD4<Float>? {
    guard let slot, mesh.attributes.uvs.indices.contains(slot.uvSet),
      let image = textures[slot.texture].image.flatMap({ images[$0] })
    else { return nil }
    let uv = slot.transform.applied(to: at.mean(mesh.attributes.uvs[slot.uvSet]))
    let texture = textures[slot.texture]
    let size = SIMD2(Float(image.width), Float(image.height))
    let place = uv * size - 0.5
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
      sum += SIMD4<Float>(codes) * (share / 255)
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
