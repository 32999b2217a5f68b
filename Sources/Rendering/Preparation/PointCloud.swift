import Geometry
import Imaging
import LinearMath
import Scenes

/// A point of a surface as an initialisation cloud wants it.
public struct ColoredPoint: Sendable, Equatable {
  /// World coordinates.
  public let position: SIMD3<Float>
  /// Unit length, outwards.
  public let normal: SIMD3<Float>
  /// Base colour, linear.
  public let color: SIMD3<Float>
}

extension PreparedScene {
  /// About `count` points spread over all surfaces by area, with the base colour there. Points where
  /// the surface is more transparent than not are left out.
  public func pointCloud(count: Int, seed: UInt64) -> [ColoredPoint] {
    let whole = Mesh.merged(surfaces.map(\.mesh))
    var ends: [Int] = []
    for surface in surfaces { ends.append((ends.last ?? 0) + surface.mesh.triangles.count) }
    var current = 0
    return whole.sampledSurface(count: count, seed: seed).compactMap { sample in
      while sample.triangle >= ends[current] { current += 1 }
      let surface = surfaces[current]
      let local = SurfacePoint(
        triangle: sample.triangle - (ends[current] - surface.mesh.triangles.count),
        weights: sample.weights)
      let color = baseColor(of: surface, at: local)
      guard color.w >= threshold(surface.material) else { return nil }
      return ColoredPoint(
        position: surface.mesh.interpolated(surface.mesh.positions, at: local),
        normal: surface.mesh.interpolated(surface.mesh.attributes.normals, at: local).normalized,
        color: color.xyz)
    }
  }

  private func threshold(_ material: PreparedMaterial) -> Float {
    switch material.source.alphaMode {
    case .opaque: 0
    case .mask(let cutoff): cutoff
    case .blend: 0.5
    }
  }

  /// Linear base colour with alpha: factor times vertex colour times texture.
  func baseColor(of surface: Surface, at point: SurfacePoint) -> SIMD4<Float> {
    let (mesh, material) = (surface.mesh, surface.material)
    var color = material.source.baseColor
    if !mesh.attributes.colors.isEmpty {
      color *= mesh.interpolated(mesh.attributes.colors, at: point)
    }
    if let map = material[.baseColor] {
      let uv = mesh.interpolated(mesh.attributes.uvs[material.uvSets[map.channel]], at: point)
      color *= pictures[map.picture].nearest(map.transform.applied(to: uv))
    }
    return color
  }
}

extension PreparedScene.Picture {
  /// The texel that holds a texture coordinate, linear.
  func nearest(_ uv: SIMD2<Float>) -> SIMD4<Float> {
    func wrap(_ value: Float, _ mode: Texture.Wrap) -> Float {
      guard value.isFinite else { return 0 }
      switch mode {
      case .clamp: return min(max(value, 0), 1)
      case .repeat: return value - value.rounded(.down)
      case .mirror:
        let folded = value - 2 * (value / 2).rounded(.down)
        return folded > 1 ? 2 - folded : folded
      }
    }
    let x = min(Int(wrap(uv.x, texture.wrapU) * Float(image.width)), image.width - 1)
    let y = min(Int(wrap(uv.y, texture.wrapV) * Float(image.height)), image.height - 1)
    let at = 4 * (y * image.width + x)
    func channel(_ index: Int) -> Float {
      let code = image.bytes[at + index]
      return isColor ? SRGB.linearOfCode[Int(code)] : Float(code) / 255
    }
    return SIMD4(channel(0), channel(1), channel(2), Float(image.bytes[at + 3]) / 255)
  }
}
