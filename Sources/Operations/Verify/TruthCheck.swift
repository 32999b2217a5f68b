import Datasets
import Foundation
import Imaging
import LinearMath
import Settings
import Views
import Work

/// Silhouettes, depth and normals of a set against the model.
enum TruthCheck {
  /// What one view shows of all this.
  private struct Measure {
    var name = ""
    var overlap: Double?
    /// Where the silhouette fits best, in pixels beside where it should.
    var shift: SIMD2<Double>?
    var depth: DepthMeasure?
    /// Median angles to the model's normals, in degrees: as they are, and as if they had the camera's axes.
    var normals: (world: Double, camera: Double)?
  }

  struct DepthMeasure {
    /// Root mean square, in the set's units, of all but the last half per cent.
    let error: Double
    /// Middle of stored over true.
    let ratio: Double
    let isAlongRay: Bool
    let isInverted: Bool
  }

  /// The object's place in a picture: its alpha, or its mask.
  static func silhouette(
    _ set: ReadSet, _ view: ReadView
  ) throws -> (isThere: [Bool], cover: [Float])? {
    let image = try set.image(view.image)
    if image.hasAlpha && image.bitsPerSample == 8 {
      let alpha = stride(from: image.channels - 1, to: image.bytes.count, by: image.channels)
        .map { image.bytes[$0] }
      return (alpha.map { $0 > 127 }, alpha.map { Float($0) / 255 })
    }
    guard let source = view.mask else { return nil }
    let mask = try set.image(source)
    guard mask.bitsPerSample == 8 else { return nil }
    let values = stride(from: 0, to: mask.bytes.count, by: mask.channels).map { mask.bytes[$0] }
    return (values.map { $0 > 127 }, values.map { $0 > 127 ? 1 : 0 })
  }

  static func check(
    _ set: ReadSet, _ truth: MeshTruth, _ chosen: [Int], _ findings: inout Findings,
    _ work: WorkContext
  ) throws {
    var measures: [Measure] = []
    let odd = try oddViews(set, truth, but: Set(chosen), work)
    for (place, index) in (chosen + odd).enumerated() {
      measures.append(try measure(set, set.views[index], truth, findsShift: place < 4, work))
      work.progress.update(Double(place + 1) / Double(chosen.count + odd.count))
    }
    findings.set("placement", .string(truth.placement))
    findings.set("comparedViews", .integer(measures.count))
    tellSilhouettes(measures, &findings)
    tellDepth(measures, radius: truth.radius, &findings)
    tellNormals(measures, &findings)
  }

  /// Views beside those chosen whose silhouette, looked at coarsely, does not fit; the first few of them.
  private static func oddViews(
    _ set: ReadSet, _ truth: MeshTruth, but chosen: Set<Int>, _ work: WorkContext
  ) throws -> [Int] {
    let others = set.views.indices.filter { !chosen.contains($0) }
    let fits = try parallelMap(count: others.count, work) { place -> Bool in
      let view = set.views[others[place]]
      guard let camera = view.camera, let seen = try? silhouette(set, view),
        seen.isThere.count == camera.intrinsics.width * camera.intrinsics.height
      else { return true }
      return truth.overlap(camera, seen.isThere, step: max(1, camera.intrinsics.width / 120)) > 0.95
    }
    return Array(zip(others, fits).filter { !$0.1 }.map(\.0).prefix(4))
  }

  private static func measure(
    _ set: ReadSet, _ view: ReadView, _ truth: MeshTruth, findsShift: Bool, _ work: WorkContext
  ) throws -> Measure {
    var measure = Measure(name: view.name)
    guard let camera = view.camera, camera.intrinsics.width > 4, camera.intrinsics.height > 4 else {
      return measure
    }
    let hits = try truth.cast(camera, work)
    if let seen = try? silhouette(set, view), seen.isThere.count == hits.count {
      var (both, either) = (0, 0)
      for pixel in hits.indices {
        let isHit = hits[pixel].depth > 0
        if isHit && seen.isThere[pixel] { both += 1 }
        if isHit || seen.isThere[pixel] { either += 1 }
      }
      measure.overlap = either == 0 ? 1 : Double(both) / Double(either)
      if findsShift && measure.overlap! > 0.8 {
        measure.shift = try shift(camera, hits, seen.cover, truth, work)
      }
    }
    let inner = Self.inner(hits, camera.intrinsics, limit: Float(0.25 * truth.radius))
    if let depth = try? set.depth(of: view), depth.count == hits.count {
      measure.depth = compare(depth, hits, inner, camera)
    }
    if let normals = try? set.normals(of: view), normals.count == 3 * hits.count {
      measure.normals = compare(normals: normals, hits, inner, camera)
    }
    return measure
  }

  /// Pixels that lie two pixels within the silhouette, and not where depth jumps.
  private static func inner(_ hits: [MeshTruth.Hit], _ lens: Intrinsics, limit: Float) -> [Int] {
    let (w, h) = (lens.width, lens.height)
    guard w > 4, h > 4 else { return [] }
    var inner: [Int] = []
    for y in 2..<h - 2 {
      for x in 2..<w - 2 {
        let pixel = y * w + x
        guard hits[pixel].depth > 0 else { continue }
        var (low, high) = (Float.infinity, Float(0))
        for dy in [-2, 0, 2] {
          for dx in [-2, 0, 2] {
            let depth = hits[pixel + dy * w + dx].depth
            (low, high) = (min(low, depth), max(high, depth))
          }
        }
        if low > 0 && high - low < limit / 4 { inner.append(pixel) }
      }
    }
    return inner
  }

  // MARK: Silhouettes

  /// The shift, in quarters of a pixel, at which the model's silhouette fits the picture's best.
  private static func shift(
    _ camera: Camera, _ hits: [MeshTruth.Hit], _ cover: [Float], _ truth: MeshTruth,
    _ work: WorkContext
  ) throws -> SIMD2<Double> {
    let (w, h) = (camera.intrinsics.width, camera.intrinsics.height)
    var edge: [Int] = []
    for y in 1..<h - 1 {
      for x in 1..<w - 1 {
        let pixel = y * w + x
        let isHit = hits[pixel].depth > 0
        let isEdge = [-1, 1, -w, w].contains { (hits[pixel + $0].depth > 0) != isHit }
        if isEdge || (cover[pixel] > 0 && cover[pixel] < 1) { edge.append(pixel) }
      }
    }
    if edge.count > 6000 {
      edge = stride(from: 0, to: edge.count, by: edge.count / 6000 + 1).map { edge[$0] }
    }
    let pixels = edge
    let steps: [Double] = [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75]
    let places = steps.flatMap { x in steps.map { SIMD2(x, $0) } }
    let misfits = try parallelMap(count: places.count, work) { index -> Double in
      let shift = places[index]
      return pixels.reduce(0) { sum, pixel in
        let isHit = truth.isHit(
          camera, Double(pixel % w) + 0.5 + shift.x, Double(pixel / w) + 0.5 + shift.y)
        return sum + Double(abs((isHit ? 1 : 0) - cover[pixel]))
      }
    }
    let best = misfits.indices.min { misfits[$0] < misfits[$1] }!
    return places[best]
  }

  private static func tellSilhouettes(_ measures: [Measure], _ findings: inout Findings) {
    let overlaps = measures.compactMap { measure in measure.overlap.map { ($0, measure.name) } }
    guard let worst = overlaps.min(by: { $0.0 < $1.0 }) else { return }
    findings.set("maskIoUMin", worst.0, digits: 5)
    let shifts = measures.compactMap(\.shift)
    let shift = SIMD2(median(shifts.map(\.x)) ?? 0, median(shifts.map(\.y)) ?? 0)
    findings.set("shiftPixels", .array([.number(shift.x), .number(shift.y)]))
    let isShifted = max(abs(shift.x), abs(shift.y)) >= 0.375
    if isShifted {
      findings.add(
        "half-pixel-shift",
        "silhouettes lie (\(shift.x), \(shift.y)) pixels beside where the poses put them: pixel centres belong at 0.5",
        at: measures[0].name)
    }
    if worst.0 < 0.98 && !(isShifted && worst.0 > 0.95) {
      findings.add(
        "silhouette",
        "the silhouette does not fit the model (overlap \(Float(worst.0))): pose, axes, lens or picture are wrong",
        at: worst.1)
    } else if worst.0 < 0.995 {
      findings.add(
        "silhouette", isError: false,
        "the silhouette fits the model loosely (overlap \(Float(worst.0)))",
        at: worst.1)
    }
  }

  // MARK: Depth

  private static func compare(
    _ depth: [Float], _ hits: [MeshTruth.Hit], _ inner: [Int], _ camera: Camera
  ) -> DepthMeasure? {
    let lens = camera.intrinsics
    let pixels = inner.filter { depth[$0] > 0 && depth[$0].isFinite && depth[$0] < 1e9 }
    guard pixels.count > 100 else { return nil }
    func slant(_ pixel: Int) -> Double {
      let x = (Double(pixel % lens.width) + 0.5 - lens.centerX) / lens.focalX
      let y = (Double(pixel / lens.width) + 0.5 - lens.centerY) / lens.focalY
      return SIMD3(x, y, 1).length
    }
    let pairs = pixels.map { (stored: Double(depth[$0]), true: Double(hits[$0].depth)) }
    /// How much the ratio varies, whatever the unit is.
    func spread(_ ratios: [Double]) -> (middle: Double, spread: Double) {
      let middle = median(ratios)!
      return (middle, median(ratios.map { abs($0 / middle - 1) })!)
    }
    let planar = spread(pairs.map { $0.stored / $0.true })
    let ray = spread(zip(pairs, pixels).map { $0.stored / ($0.true * slant($1)) })
    let (meanStored, meanTrue) = (
      pairs.reduce(0) { $0 + $1.stored } / Double(pairs.count),
      pairs.reduce(0) { $0 + $1.true } / Double(pairs.count)
    )
    var (along, storedSquare, trueSquare) = (0.0, 0.0, 0.0)
    for pair in pairs {
      along += (pair.stored - meanStored) * (pair.true - meanTrue)
      storedSquare += (pair.stored - meanStored) * (pair.stored - meanStored)
      trueSquare += (pair.true - meanTrue) * (pair.true - meanTrue)
    }
    let squares = (storedSquare * trueSquare).squareRoot()
    let errors = pairs.map { abs($0.stored - $0.true) }.sorted()
    let kept = errors.prefix(max(1, errors.count * 995 / 1000))
    return DepthMeasure(
      error: (kept.reduce(0) { $0 + $1 * $1 } / Double(kept.count)).squareRoot(),
      ratio: planar.middle,
      isAlongRay: ray.spread < planar.spread && abs(ray.middle / planar.middle - 1) > 1e-4,
      isInverted: squares > 0 && along / squares < -0.5)
  }

  private static func tellDepth(
    _ measures: [Measure], radius: Double, _ findings: inout Findings
  ) {
    let depths = measures.compactMap(\.depth)
    guard !depths.isEmpty else { return }
    let place = measures.first { $0.depth != nil }!.name
    let error = depths.reduce(0) { $0 + $1.error } / Double(depths.count) / radius * 100
    findings.set("depthRMSEPercent", error, digits: 4)
    let ratio = median(depths.map(\.ratio))!
    let count = Double(depths.count)
    if Double(depths.filter(\.isInverted).count) > count / 2 {
      findings.add(
        "depth-inverted", "depth is inverted: what is near has the larger value", at: place)
    } else if abs(ratio - 1) > 0.05 {
      findings.add(
        "depth-unit", "depth is \(Float(ratio)) times what it should be: its unit is wrong",
        at: place)
    } else if Double(depths.filter(\.isAlongRay).count) > count / 2 && error > 0.1 {
      findings.add(
        "depth-along-ray",
        "depth is distance along the ray; loaders take it along the optical axis",
        at: place)
    } else if abs(ratio - 1) > 0.005 {
      findings.add(
        "depth-unit", "depth is \(Float(ratio)) times what it should be: its unit is wrong",
        at: place)
    } else if error > 0.5 {
      findings.add(
        "depth", "depth is \(Float(error)) % of the object's radius off (root mean square)",
        at: place)
    }
  }

  // MARK: Normals

  private static func compare(
    normals: [Float], _ hits: [MeshTruth.Hit], _ inner: [Int], _ camera: Camera
  ) -> (world: Double, camera: Double)? {
    let turn = camera.worldFromCamera.linear.transposed
    var (world, own): ([Double], [Double]) = ([], [])
    for pixel in inner {
      let stored = SIMD3<Double>(
        Double(normals[3 * pixel]), Double(normals[3 * pixel + 1]), Double(normals[3 * pixel + 2]))
      guard stored.lengthSquared > 0.25 else { continue }
      let normal = SIMD3<Double>(hits[pixel].normal)
      func degrees(_ other: SIMD3<Double>) -> Double {
        ArcCosine.of(stored.normalized.dot(other)) * 180 / .pi
      }
      world.append(degrees(normal))
      own.append(degrees(turn * normal))
    }
    guard world.count > 100 else { return nil }
    return (median(world)!, median(own)!)
  }

  private static func tellNormals(_ measures: [Measure], _ findings: inout Findings) {
    let normals = measures.compactMap(\.normals)
    guard let world = median(normals.map(\.world)), let camera = median(normals.map(\.camera))
    else {
      return
    }
    findings.set("normalMedianDegrees", min(world, camera), digits: 3)
    findings.set("normalSpace", world <= camera ? "world" : "camera")
    if min(world, camera) > 15 {
      findings.add(
        "normals",
        "normals are \(Float(min(world, camera))) degrees off (median): axes or coding are wrong",
        at: measures[0].name)
    }
  }
}
