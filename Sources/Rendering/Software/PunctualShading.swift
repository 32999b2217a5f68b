import LinearMath

extension SurfaceShading {
  /// What the lights of the file add: diffuse and GGX, as glTF's appendix B has them. They cast no shadows.
  func punctual(
    _ points: ShadingPoints, _ matter: Matter, _ normal: Lanes3, _ view: Lanes3,
    _ through: SIMD8<Float>
  ) -> Lanes3 {
    let alpha = greater(matter.roughness * matter.roughness, SIMD8(repeating: 1e-3))
    let square: SIMD8<Float> = alpha * alpha
    let facing = normal.dot(view).clamped(1e-3, 1)
    var sum = Lanes3(repeating: .zero)
    for light in lights {
      let (direction, strength) = arriving(light, points.position)
      let cosine = normal.dot(direction).clamped(0, 1)
      if !any(cosine .> 0) { continue }
      let half = Self.unit(direction + view)
      let halfCosine = normal.dot(half).clamped(0, 1)
      let spread: SIMD8<Float> = halfCosine * halfCosine * (square - 1) + 1
      let density: SIMD8<Float> = square / (spread * spread * .pi)
      let lightTerm = facing * (cosine * cosine * (1 - square) + square).roots
      let viewTerm = cosine * (facing * facing * (1 - square) + square).roots
      let visibility = 0.5 / greater(lightTerm + viewTerm, SIMD8(repeating: 1e-6))
      let rest: SIMD8<Float> = 1 - view.dot(half).clamped(0, 1)
      let fourth: SIMD8<Float> = rest * rest * rest * rest
      let fresnel: SIMD8<Float> = fourth * rest
      let shine: SIMD8<Float> = density * visibility
      let kept: SIMD8<Float> = (1 - through) * (1 / Float.pi)
      @inline(__always)
      func channel(_ f0: SIMD8<Float>, _ matt: SIMD8<Float>) -> SIMD8<Float> {
        let reflected: SIMD8<Float> = f0 + (matter.grazing - f0) * fresnel
        return reflected * shine + (1 - reflected) * matt * kept
      }
      let reflected = Lanes3(
        channel(matter.reflectance.x, matter.diffuse.x),
        channel(matter.reflectance.y, matter.diffuse.y),
        channel(matter.reflectance.z, matter.diffuse.z))
      sum = sum + reflected.scaled(by: Lanes3(repeating: light.color)) * (cosine * strength)
    }
    return sum
  }

  /// The unit vectors to a light, and the share of it that arrives.
  @inline(__always)
  private func arriving(
    _ light: PreparedLight, _ position: Lanes3
  ) -> (direction: Lanes3, strength: SIMD8<Float>) {
    if light.isDirectional {
      return (Lanes3(repeating: -light.direction), SIMD8(repeating: 1))
    }
    let way = Lanes3(repeating: light.place) - position
    let squared = greater(way.lengthSquared, SIMD8(repeating: 1e-8))
    let direction = way * (1 / squared.roots)
    let share: SIMD8<Float> = squared * (light.nearness * light.nearness)
    let window = (1 - share * share).clamped(0, 1)
    let along: SIMD8<Float> = -direction.dot(Lanes3(repeating: light.direction))
    let cone = (along * light.cone.x + light.cone.y).clamped(0, 1)
    return (direction, window * cone * cone / squared)
  }
}
