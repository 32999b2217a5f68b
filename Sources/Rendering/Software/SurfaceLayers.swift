import LinearMath

// What lies on top of a surface.

extension SurfaceShading {
  /// A clear layer on top: takes light by Fresnel's share and adds its own mirror image.
  @inline(__always)
  func coated(
    _ below: Lanes3, _ material: SoftwareMaterial, _ points: ShadingPoints, _ smooth: Lanes3,
    _ view: Lanes3, _ matter: Matter, _ footprint: inout MapFootprint?
  ) -> Lanes3 {
    let factors = material.factors
    var amount = SIMD8<Float>(repeating: factors.clearcoat)
    if let map = material[.clearcoat] { amount *= points.sample(map, &footprint).x }
    var roughness = SIMD8<Float>(repeating: factors.clearcoatRoughness)
    if let map = material[.clearcoatRoughness] { roughness *= points.sample(map, &footprint).y }
    let normal = mapped(
      material[.clearcoatNormal], factors.clearcoatNormalScale, points, smooth, &footprint)
    let facing = normal.dot(view)
    let cosine = facing.clamped(1e-3, 1)
    let split = splitSum(cosine, roughness)
    let (scale, bias) = (split.x, split.y)
    let mirror = normal * (facing * 2) - view
    let glint = environment.sample(mirror, level: roughness * environment.last)
    let shine = shine(glint, mirror, cosine, roughness, points, matter)
    let rest: SIMD8<Float> = 1 - cosine
    let square: SIMD8<Float> = rest * rest
    let fresnel: SIMD8<Float> = square * square * rest * 0.96 + 0.04
    let added: SIMD8<Float> = amount * (scale * 0.04 + bias)
    return below * (1 - amount * fresnel) + shine * added
  }

  /// Fibres on top: they take what they send back themselves.
  @inline(__always)
  func sheened(
    _ below: Lanes3, _ material: SoftwareMaterial, _ points: ShadingPoints, _ soft: Lanes3,
    _ cosine: SIMD8<Float>, _ footprint: inout MapFootprint?
  ) -> Lanes3 {
    var color = Lanes3(repeating: material.factors.sheen)
    if let map = material[.sheenColor] {
      color = color.scaled(by: points.sample(map, &footprint).xyz)
    }
    color = color.limited
    var roughness = SIMD8<Float>(repeating: material.factors.sheenRoughness)
    if let map = material[.sheenRoughness] { roughness *= points.sample(map, &footprint).w }
    let share = splitSum(cosine, roughness).z
    let most = greater(greater(color.x, color.y), color.z)
    return below * (1 - most * share) + color.scaled(by: soft) * share
  }
}
