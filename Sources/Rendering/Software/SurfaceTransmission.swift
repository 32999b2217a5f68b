import LinearMath

extension SurfaceShading {
  /// Light from behind, and how much of it takes the place of what is scattered.
  ///
  /// What is solid behind is seen where the bent ray leaves the volume, as a picture that was drawn before,
  /// blurred by roughness; where there is nothing, the environment.
  @inline(__always)
  func transmitted(
    _ material: SoftwareMaterial, _ points: ShadingPoints, _ base: Lanes3, _ normal: Lanes3,
    _ view: Lanes3, _ matter: Matter, _ footprint: inout MapFootprint?
  ) -> (light: Lanes3, amount: SIMD8<Float>) {
    let factors = material.factors
    var amount = SIMD8<Float>(repeating: factors.transmission)
    if let map = material[.transmission] { amount *= points.sample(map, &footprint).x }
    var thickness = SIMD8<Float>(repeating: factors.thickness)
    if let map = material[.thickness] { thickness *= points.sample(map, &footprint).y }

    // A thin wall bends nothing.
    let ratio = factors.thickness > 0 ? 1 / max(factors.ior, 1) : 1
    let facing = normal.dot(view)
    let inside: SIMD8<Float> = 1 - (1 - facing * facing) * (ratio * ratio)
    let depth: SIMD8<Float> = facing * ratio - greater(inside, .zero).roots
    let ray = Self.unit(normal * depth - view * SIMD8(repeating: ratio))
    // Matter as dense as air blurs nothing.
    let blur = matter.roughness * min(max(factors.ior * 2 - 2, 0), 1)
    var light = environment.sample(ray, level: blur * environment.last)
    if let behind {
      let seen = behind.read(points.position + ray * thickness, blur: blur)
      light = seen.xyz * SIMD8(repeating: 1 / exposure) + light * (1 - seen.w)
    }
    if factors.attenuation != .zero {
      @inline(__always)
      func left(_ loss: Float) -> SIMD8<Float> { (thickness * (loss * -1.442695)).exp2 }
      light = light.scaled(
        by: Lanes3(
          left(factors.attenuation.x), left(factors.attenuation.y), left(factors.attenuation.z)))
    }
    return (light.scaled(by: base), amount * (1 - matter.metallic))
  }
}
