import LinearMath

/// The light that surfaces send to the eye, eight places at a time. The page *Shading* says what is computed.
struct SurfaceShading: Sendable {
  let environment: EnvironmentPyramid
  private let irradiance: [SIMD3<Float>]
  private let table: [SIMD4<Float>]
  let exposure: Float
  private let most: Float
  let lights: [PreparedLight]
  /// What was drawn behind surfaces that light comes through.
  var behind: PictureBehind?

  init(
    _ environment: Environment, _ table: SpecularTable, _ lights: [PreparedLight],
    _ options: EngineOptions
  ) {
    self.lights = lights
    self.environment = EnvironmentPyramid(environment.specular)
    irradiance = environment.irradiance
    self.table = table.entries
    (exposure, most) = (options.exposure, options.mostLight)
  }

  /// What a place looks like.
  struct Appearance {
    /// Linear, limited, not multiplied by alpha.
    let color: Lanes3
    let alpha: SIMD8<Float>
    /// The surface's normal without its map, towards the camera; of length one, or zero where normals cancel.
    let normal: Lanes3
  }

  @inline(__always)
  func appearance(
    _ material: SoftwareMaterial, _ points: ShadingPoints, view: Lanes3
  ) -> Appearance {
    var footprint: MapFootprint?
    let base = Self.baseColor(material, points, &footprint)
    let size = points.normal.lengthSquared.roots
    let scale: SIMD8<Float> = points.facing / greater(size, SIMD8(repeating: 1e-20))
    let smooth = points.normal * scale.replacing(with: 0, where: size .<= 1e-4)
    let light =
      material.factors.isUnlit
      ? base.xyz : self.light(material, points, base.xyz.limited, smooth, view, &footprint)
    let exposed = light * SIMD8(repeating: exposure)
    let alpha =
      material.isBlended ? base.w.clamped(0, 1) : SIMD8<Float>(repeating: 1)
    return Appearance(
      color: Lanes3(
        exposed.x.clamped(0, most), exposed.y.clamped(0, most), exposed.z.clamped(0, most)),
      alpha: alpha, normal: smooth)
  }

  /// Factor times vertex color times picture.
  @inline(__always)
  static func baseColor(
    _ material: SoftwareMaterial, _ points: ShadingPoints, _ footprint: inout MapFootprint?
  ) -> Lanes4 {
    var color = Lanes4(repeating: material.factors.baseColor)
    if material.hasColors { color = color * points.color }
    if let map = material[.baseColor] { color = color * points.sample(map, &footprint) }
    return color
  }

  @inline(__always)
  private func light(
    _ material: SoftwareMaterial, _ points: ShadingPoints, _ base: Lanes3, _ smooth: Lanes3,
    _ view: Lanes3, _ footprint: inout MapFootprint?
  ) -> Lanes3 {
    let factors = material.factors
    let normal = mapped(
      material[.normal], factors.normalScale, points, smooth, &footprint)
    let facing = normal.dot(view)
    let cosine = facing.clamped(1e-3, 1)
    let mirror = normal * (facing * 2) - view
    let matter = matter(material, points, base, &footprint)
    let roughness = matter.roughness

    // Split sum with what further bounces between facets return.
    let split = splitSum(cosine, roughness)
    let (scale, bias) = (split.x, split.y)
    let lost: SIMD8<Float> = 1 - (scale + bias)
    let glint = environment.sample(mirror, level: roughness * environment.last)
    let soft = diffuseLight(normal)
    let shine = shine(glint, mirror, cosine, roughness, points, matter)
    let arriving = soft.scaled(by: shade(points, matter))
    // What is scattered below the surface, or comes through it.
    var body = matter.diffuse.scaled(by: arriving)
    var through = SIMD8<Float>(repeating: 0)
    if factors.transmission > 0 {
      let found = transmitted(material, points, base, normal, view, matter, &footprint)
      through = found.amount
      body = body + (found.light - body) * through
    }
    let grazing = matter.grazing
    @inline(__always)
    func channel(
      _ f0: SIMD8<Float>, _ shine: SIMD8<Float>, _ arriving: SIMD8<Float>, _ body: SIMD8<Float>
    ) -> SIMD8<Float> {
      let single: SIMD8<Float> = f0 * scale + grazing * bias
      let average: SIMD8<Float> = f0 + (grazing - f0) * (1.0 / 21)
      let multiple: SIMD8<Float> = lost * single * average / (1 - average * lost)
      return single * shine + multiple * arriving + (1 - single - multiple) * body
    }
    var lit = Lanes3(
      channel(matter.reflectance.x, shine.x, arriving.x, body.x),
      channel(matter.reflectance.y, shine.y, arriving.y, body.y),
      channel(matter.reflectance.z, shine.z, arriving.z, body.z))
    if !lights.isEmpty {
      lit = lit + punctual(points, matter, normal, view, through)
    }
    if factors.sheen != .zero {
      lit = sheened(lit, material, points, arriving, cosine, &footprint)
    }
    if factors.emissive != .zero {
      var glow = Lanes3(repeating: factors.emissive)
      if let map = material[.emissive] {
        glow = glow.scaled(by: points.sample(map, &footprint).xyz)
      }
      lit = lit + glow
    }
    if factors.clearcoat == 0 { return lit }
    return coated(lit, material, points, smooth, view, matter, &footprint)
  }

  /// What arrives from the mirror direction: light of the environment, and where that is hidden what is thrown
  /// back. The material's own occlusion only counts where it hides more.
  @inline(__always)
  func shine(
    _ glint: Lanes3, _ mirror: Lanes3, _ cosine: SIMD8<Float>, _ roughness: SIMD8<Float>,
    _ points: ShadingPoints, _ matter: Matter
  ) -> Lanes3 {
    let occlusion =
      matter.isOccluded
      ? specularOcclusion(cosine, matter.occlusion, roughness) : SIMD8(repeating: 1)
    guard let ambient = points.ambient else { return glint * occlusion }
    let hidden = ambient.hidden(mirror)
    let open: SIMD8<Float> = 1 - hidden
    let rest = lesser(occlusion / greater(open, SIMD8(repeating: 1e-3)), SIMD8(repeating: 1))
    return (glint * open + ambient.returned * hidden) * rest
  }

  /// The share of irradiance that arrives, by color. The material's own occlusion only counts where it hides more.
  @inline(__always)
  func shade(_ points: ShadingPoints, _ matter: Matter) -> Lanes3 {
    guard let ambient = points.ambient else {
      return Lanes3(matter.occlusion, matter.occlusion, matter.occlusion)
    }
    let sum: SIMD8<Float> = ambient.share.x + ambient.share.y + ambient.share.z
    let mean = greater(sum * (1.0 / 3), SIMD8(repeating: 1e-3))
    return ambient.share * lesser(matter.occlusion / mean, SIMD8(repeating: 1))
  }

  /// The normal turned by a map.
  @inline(__always)
  func mapped(
    _ map: SoftwareMaterial.Map?, _ strength: Float, _ points: ShadingPoints, _ smooth: Lanes3,
    _ footprint: inout MapFootprint?
  ) -> Lanes3 {
    guard let map else { return smooth }
    let picture = points.sample(map, &footprint)
    let x: SIMD8<Float> = (picture.x * 2 - 1) * strength
    let y: SIMD8<Float> = (picture.y * 2 - 1) * strength
    let z: SIMD8<Float> = picture.z * 2 - 1
    let along = Self.unit(points.tangent.xyz) * points.facing
    let across = smooth.cross(along) * points.tangent.w
    return Self.unit(along * x + across * y + smooth * z)
  }

  @inline(__always)
  static func unit(_ vector: Lanes3) -> Lanes3 {
    vector * (1 / greater(vector.lengthSquared.roots, SIMD8(repeating: 1e-20)))
  }

  /// Scale and bias of the reflectance, and the share that sheen sends back, filtered from the table.
  @inline(__always)
  func splitSum(_ cosine: SIMD8<Float>, _ roughness: SIMD8<Float>) -> Lanes3 {
    let size = SpecularTable.size
    let most = Float(size - 1)
    let x = (cosine * Float(size) - 0.5).clamped(0, most)
    let y = (roughness * Float(size) - 0.5).clamped(0, most)
    let column = lesser(x.rounded(.down), SIMD8(repeating: most - 1))
    let row = lesser(y.rounded(.down), SIMD8(repeating: most - 1))
    let (shareX, shareY) = (x - column, y - row)
    let index = row.truncated &* Int32(size) &+ column.truncated
    let found = Lanes4 { lane in
      let at = Int(index[lane])
      let (across, down) = (shareX[lane], shareY[lane])
      let above: SIMD4<Float> = table[at] + (table[at + 1] - table[at]) * across
      let under = at + size
      let below: SIMD4<Float> = table[under] + (table[under + 1] - table[under]) * across
      return above + (below - above) * down
    }
    return found.xyz
  }

  /// Irradiance over pi.
  @inline(__always)
  private func diffuseLight(_ n: Lanes3) -> Lanes3 {
    let (xy, yz, xz): (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) = (n.x * n.y, n.y * n.z, n.x * n.z)
    let zz: SIMD8<Float> = n.z * n.z * 3 - 1
    let xx: SIMD8<Float> = n.x * n.x - n.y * n.y
    @inline(__always)
    func channel(_ index: Int) -> SIMD8<Float> {
      var sum: SIMD8<Float> = n.y * irradiance[1][index] + irradiance[0][index]
      sum += n.z * irradiance[2][index]
      sum += n.x * irradiance[3][index]
      sum += xy * irradiance[4][index]
      sum += yz * irradiance[5][index]
      sum += zz * irradiance[6][index]
      sum += xz * irradiance[7][index]
      sum += xx * irradiance[8][index]
      return greater(sum, .zero)
    }
    return Lanes3(channel(0), channel(1), channel(2))
  }

  /// Lagarde and de Rousiers, 2014.
  @inline(__always)
  private func specularOcclusion(
    _ cosine: SIMD8<Float>, _ occlusion: SIMD8<Float>, _ roughness: SIMD8<Float>
  ) -> SIMD8<Float> {
    let power = (roughness * -16 - 1).exp2
    let base = greater(cosine + occlusion, SIMD8(repeating: 1e-6))
    let raised: SIMD8<Float> = (base.log2 * power).exp2
    return (raised - 1 + occlusion).clamped(0, 1)
  }
}

extension Lanes3 {
  /// Each number in 0...1: nothing reflects more light than it gets.
  @inline(__always)
  var limited: Lanes3 { Lanes3(x.clamped(0, 1), y.clamped(0, 1), z.clamped(0, 1)) }
}
