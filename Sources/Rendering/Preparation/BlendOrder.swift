import Geometry
import LinearMath
import Scenes

/// The blended triangles of all surfaces, and their order from back to front for an eye.
struct BlendOrder {
  /// A stretch of one surface's reordered triangles, drawn in one call.
  struct Run: Equatable {
    let surface: Int
    var range: Range<Int>
  }

  private let centers: [(surface: Int, triangle: Int, center: SIMD3<Double>)]
  private let scene: PreparedScene

  init(_ scene: PreparedScene) {
    self.scene = scene
    centers = scene.surfaces.enumerated().filter { $0.element.material.isBlended }.flatMap {
      number, surface in
      surface.mesh.triangles.indices.map { triangle in
        let (a, b, c) = surface.mesh.corners(triangle)
        return (number, triangle, SIMD3<Double>(a + b + c) / 3)
      }
    }
  }

  var isEmpty: Bool { centers.isEmpty }

  /// The triangles of each blended surface farthest first, and the runs that draw all of them farthest
  /// first. Triangles are compared by their centres' distance; equal ones keep the file's order.
  func sorted(eye: SIMD3<Double>) -> (triangles: [Int: [SIMD3<UInt32>]], runs: [Run]) {
    let distances = centers.map { ($0.center - eye).lengthSquared }
    let order = centers.indices.sorted {
      distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
    }
    var triangles: [Int: [SIMD3<UInt32>]] = [:]
    var runs: [Run] = []
    for index in order {
      let (surface, triangle, _) = centers[index]
      let at = triangles[surface, default: []].count
      triangles[surface, default: []].append(scene.surfaces[surface].mesh.triangles[triangle])
      if let last = runs.last, last.surface == surface, last.range.upperBound == at {
        runs[runs.count - 1].range = last.range.lowerBound..<at + 1
      } else {
        runs.append(Run(surface: surface, range: at..<at + 1))
      }
    }
    return (triangles, runs)
  }
}
