import Datasets
import LinearMath
import Settings
import Views

/// Points of a sparse model against the pixels they were seen at.
enum TrackCheck {
  static func check(_ set: ReadSet, _ findings: inout Findings) {
    var errors: [Double] = []
    var behind = 0
    for point in set.points {
      for (index, pixel) in point.seen {
        guard let camera = set.views[index].camera else { continue }
        let (seen, depth) = camera.project(point.position)
        if depth <= 0 {
          behind += 1
        } else {
          errors.append((seen - pixel).length)
        }
      }
    }
    guard let middle = median(errors) else { return }
    findings.set("reprojectionMedianPixels", middle, digits: 4)
    findings.set("observations", .integer(errors.count))
    if middle > 0.75 {
      findings.add(
        "reprojection",
        "points fall \(Float(middle)) pixels beside where the views saw them (median)",
        at: "points3D")
    }
    if behind > 0 {
      findings.add(
        "behind-camera", "\(behind) points lie behind a camera that lists them", at: "points3D")
    }
  }
}

extension SIMD2<Double> {
  var length: Double { (x * x + y * y).squareRoot() }
}
