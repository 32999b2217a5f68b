import Foundation
import LinearMath
import Work

/// A filled gap that goes on as the surface about it bends, instead of flat.
///
/// As in Liepa, "Filling holes in meshes", 2003: the filling gets triangles of the size of the rim's, and
/// the places of their points are those of a thin plate clamped to the surface, the least of the squared
/// Laplacian with cotangent weights (Botsch and Kobbelt, "An intuitive framework for real-time freeform
/// modeling", 2004).
struct HoleFairing {
  /// The surface about the gap; the triangles that have a point of the rim.
  let surface: [SIMD3<UInt32>]
  let positions: [SIMD3<Float>]
  let rim: [UInt32]
  /// The flat filling, over the points of the rim.
  let flat: [SIMD3<UInt32>]

  /// Bends of the surface into its flat filling that call for a smooth one, in degrees. Where it bends
  /// less nothing is to be gained, where it bends more the rim is the edge of a lid.
  private static let bends = 4.0...50.0
  private static let mostTriangles = 5_000.0

  /// The points inside and the triangles, which number first the rim's points, then those; nil where the
  /// filling had better stay flat.
  func run(_ work: WorkContext) throws -> (points: [SIMD3<Float>], triangles: [SIMD3<UInt32>])? {
    guard Self.bends.contains(meanBend) else { return nil }
    guard let patch = try refined(work) else { return nil }
    let local = numbered(patch)
    var plate = ThinPlate(
      fixed: local.positions.prefix(local.fixed), free: local.positions.dropFirst(local.fixed),
      triangles: local.triangles)
    // The plate's measure is at first that of the flat filling, then that of the bent one.
    for _ in 0..<3 {
      try work.checkCancelled()
      plate.relax()
    }
    guard isModest(plate.free, local.positions.dropFirst(local.fixed)) else { return nil }
    return (plate.free.map { SIMD3<Float>($0) }, local.patch)
  }

  private func place(_ point: UInt32) -> SIMD3<Double> { SIMD3(positions[Int(point)]) }

  private func areaNormal(_ t: SIMD3<UInt32>) -> SIMD3<Double> {
    (place(t.y) - place(t.x)).cross(place(t.z) - place(t.x))
  }

  /// The mean angle between the surface and the filling over the length of the rim, in degrees.
  private var meanBend: Double {
    var normals: [SIMD2<UInt32>: SIMD3<Double>] = [:]
    for t in surface {
      let normal = areaNormal(t).normalized
      for corner in 0..<3 { normals[SIMD2(t[(corner + 1) % 3], t[corner])] = normal }
    }
    var (sum, length) = (0.0, 0.0)
    for t in flat {
      let normal = areaNormal(t).normalized
      for corner in 0..<3 {
        let (from, to) = (t[corner], t[(corner + 1) % 3])
        guard let other = normals[SIMD2(from, to)] else { continue }
        let weight = (place(from) - place(to)).length
        sum += weight * ArcCosine.of(normal.dot(other))
        length += weight
      }
    }
    return length > 0 ? sum / length * 180 / .pi : 180
  }

  /// The filling with triangles of the size of the rim's.
  private func refined(_ work: WorkContext) throws -> Mesh? {
    var local: [UInt32: UInt32] = [:]
    for (index, point) in rim.enumerated() { local[point] = UInt32(index) }
    let triangles = flat.map { SIMD3(local[$0.x]!, local[$0.y]!, local[$0.z]!) }
    guard let mesh = try? Mesh(positions: rim.map { positions[Int($0)] }, triangles: triangles)
    else { return nil }
    let area = flat.reduce(0.0) { $0 + areaNormal($1).length / 2 }
    let perimeter = rim.indices.reduce(0.0) {
      $0 + (place(rim[$1]) - place(rim[($1 + 1) % rim.count])).length
    }
    let edge = max(
      perimeter / Double(rim.count), (area / Self.mostTriangles * 4 / 3.0.squareRoot()).squareRoot()
    )
    if edge * edge > area { return nil }
    var settings = RemeshSettings()
    settings.edgeLength = edge
    settings.keepBoundary = true
    settings.featureAngleDegrees = 180
    return try mesh.remeshed(
      settings, WorkContext(threads: work.threads, cancellation: work.cancellation)
    ).mesh
  }

  /// The patch and the surface about it over points of their own: those of the rim, others of the surface,
  /// those inside the patch; the patch's triangles by themselves without the others.
  private func numbered(
    _ patch: Mesh
  ) -> (
    positions: [SIMD3<Double>], fixed: Int, triangles: [SIMD3<Int>], patch: [SIMD3<UInt32>]
  ) {
    var local: [UInt32: Int] = [:]
    var indexAt: [SIMD3<Float>: Int] = [:]
    var all: [SIMD3<Double>] = []
    for point in rim + surface.flatMap({ [$0.x, $0.y, $0.z] }) where local[point] == nil {
      local[point] = all.count
      if all.count < rim.count { indexAt[positions[Int(point)]] = all.count }
      all.append(place(point))
    }
    let fixed = all.count
    let indices = patch.positions.map { position -> Int in
      if let known = indexAt[position] { return known }
      indexAt[position] = all.count
      all.append(SIMD3(position))
      return all.count - 1
    }
    let outside = surface.map { SIMD3(local[$0.x]!, local[$0.y]!, local[$0.z]!) }
    let inside = patch.triangles.map {
      SIMD3(indices[Int($0.x)], indices[Int($0.y)], indices[Int($0.z)])
    }
    let shift = fixed - rim.count
    let bare = inside.map { t in
      SIMD3<UInt32>(truncatingIfNeeded: t.replacing(with: t &- shift, where: t .>= fixed))
    }
    return (all, fixed, outside + inside, bare)
  }

  /// Whether no point went further than half the way across the gap.
  private func isModest(_ points: [SIMD3<Double>], _ before: ArraySlice<SIMD3<Double>>) -> Bool {
    var box = Box()
    for point in rim { box.insert(positions[Int(point)]) }
    let limit = Double(box.diagonal) / 2
    return zip(points, before).allSatisfy { ($0 - $1).length <= limit }
  }
}
