import Datasets
import Foundation
import LinearMath
import Settings

/// Poses and numbering of a set, by themselves.
enum PoseCheck {
  static func check(_ set: ReadSet, _ findings: inout Findings) {
    if let view = set.views.first(where: { !$0.hasPose }) {
      findings.add("bad-pose", "the pose holds numbers that make no sense", at: view.name)
      return
    }
    for view in set.views {
      let turn = view.worldFromCamera.linear
      let square = (turn.transposed * turn).rows
      let isTurn = (0..<3).allSatisfy { row in
        (0..<3).allSatisfy { abs(square[row][$0] - (row == $0 ? 1 : 0)) < 1e-3 }
      }
      if !isTurn || abs(turn.determinant - 1) > 1e-3 {
        findings.add(
          "bad-pose", "the pose is no rotation (its determinant is \(Float(turn.determinant)))",
          at: view.name)
        return
      }
    }
    repeated(set.views, &findings)
    numbering(set.views, &findings)
    directions(set.views, &findings)
    splits(set.views, &findings)
  }

  private static func repeated(_ views: [ReadView], _ findings: inout Findings) {
    let size = views.map { $0.worldFromCamera.translation.length }.max() ?? 1
    var places: [[Int]: Int] = [:]
    for (index, view) in views.enumerated() {
      let key = view.worldFromCamera.columnMajor.enumerated().map { place, number in
        Int((number / (place < 12 ? 1 : max(size, 1e-9)) * 1e6).rounded())
      }
      if let other = places[key] {
        findings.add(
          "repeated-pose", "the pose is the same as that of \(views[other].name)", at: view.name)
      } else {
        places[key] = index
      }
    }
  }

  /// Numbers that are left out in the middle of a row of names.
  private static func numbering(_ views: [ReadView], _ findings: inout Findings) {
    var rows: [String: Set<Int>] = [:]
    for view in views {
      guard !view.name.hasSuffix("]") else { return }
      let name = (view.name as NSString).deletingPathExtension
      let digits = name.reversed().prefix { $0.isNumber }
      guard let number = Int(String(digits.reversed())) else { continue }
      rows[String(name.dropLast(digits.count)), default: []].insert(number)
    }
    for (start, numbers) in rows.sorted(by: { $0.key < $1.key }) where numbers.count > 2 {
      // Numbers that are far apart, such as times, are not a count.
      guard numbers.max()! / 2 - numbers.min()! / 2 < numbers.count else { continue }
      let missing = (numbers.min()!...numbers.max()!).filter { !numbers.contains($0) }
      // Where every second one or more is missing, numbers are not a count.
      guard !missing.isEmpty, missing.count < numbers.count / 2 else { continue }
      let list = missing.prefix(5).map(String.init).joined(separator: ", ")
      findings.add(
        "missing-frame",
        "number\(missing.count == 1 ? "" : "s") \(list)\(missing.count > 5 ? ", …" : "") of the row \(start)… \(missing.count == 1 ? "is" : "are") left out",
        at: start)
    }
  }

  /// Cameras around an object look at it: the place that their axes meet lies before them.
  private static func directions(_ views: [ReadView], _ findings: inout Findings) {
    guard views.count > 2 else { return }
    var (sum, side) = (Matrix3.zero, SIMD3<Double>.zero)
    for view in views {
      let (back, eye) = (view.worldFromCamera.linear.columns.2, view.worldFromCamera.translation)
      // What is across the axis counts.
      let across = Matrix3.identity - Matrix3.outer(back, back)
      sum = sum + across
      side += across * eye
    }
    guard let middle = sum.solve(side) else { return }
    let size = views.map { ($0.worldFromCamera.translation - middle).length }.sorted()[
      views.count / 2]
    let before = views.filter {
      ($0.worldFromCamera.translation - middle).dot($0.worldFromCamera.linear.columns.2) > 0
    }
    let share = Double(before.count) / Double(views.count)
    findings.set("camerasTowardMiddlePercent", share * 100, digits: 1)
    let aside = views.map { view -> Double in
      let way = view.worldFromCamera.translation - middle
      return ArcCosine.of(way.normalized.dot(view.worldFromCamera.linear.columns.2)) * 180
        / .pi
    }
    if share < 0.1 {
      findings.add(
        "axes-swapped",
        "the cameras look away from what they stand around: these are OpenCV axes (+z ahead) where OpenGL's (-z ahead) belong, or the other way round",
        at: views[0].name)
    } else if size > 0, let off = median(aside), off > 30 {
      findings.add(
        "axes-mixed",
        "the cameras do not look at one place (\(Int(off)) degrees beside it): axes are swapped, or world to camera stands where camera to world belongs",
        at: views[0].name)
    }
    findings.set("middle", .array((0..<3).map { .number((middle[$0] * 1e6).rounded() / 1e6) }))
    coverage(views, middle, &findings)
  }

  /// The largest angle between a direction of the dome and the nearest camera.
  private static func coverage(
    _ views: [ReadView], _ middle: SIMD3<Double>, _ findings: inout Findings
  ) {
    let ways = views.map { ($0.worldFromCamera.translation - middle).normalized }
    let isSphere = ways.map(\.z).min()! < -0.35
    let count = 2000
    var largest = 0.0
    for index in 0..<count {
      let height = 1 - (isSphere ? 2.0 : 1) * (Double(index) + 0.5) / Double(count)
      let radius = (1 - height * height).squareRoot()
      let angle = Double.pi * (3 - 5.0.squareRoot()) * Double(index)
      let way = SIMD3(radius * cos(angle), radius * sin(angle), height)
      largest = max(largest, ArcCosine.of(ways.map { $0.dot(way) }.max()!))
    }
    findings.set("coverage", .string(isSphere ? "sphere" : "hemisphere"))
    findings.set("largestGapDegrees", largest * 180 / .pi, digits: 2)
  }

  private static func splits(_ views: [ReadView], _ findings: inout Findings) {
    let counts = DatasetSplit.allCases.map { split in views.filter { $0.split == split }.count }
    if counts[1] + counts[2] > 0 {
      findings.set("trainViews", .integer(counts[0]))
      findings.set("validationViews", .integer(counts[1]))
      findings.set("testViews", .integer(counts[2]))
      if counts[0] == 0 {
        findings.add("no-training", "no view is left for training", at: views[0].name)
      }
    }
  }
}

extension Matrix3 {
  fileprivate static let zero = Matrix3(columns: .zero, .zero, .zero)

  fileprivate static func outer(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Matrix3 {
    Matrix3(columns: a * b.x, a * b.y, a * b.z)
  }

  fileprivate static func + (left: Self, right: Self) -> Self {
    Self(
      columns: left.columns.0 + right.columns.0, left.columns.1 + right.columns.1,
      left.columns.2 + right.columns.2)
  }

  fileprivate static func - (left: Self, right: Self) -> Self {
    Self(
      columns: left.columns.0 - right.columns.0, left.columns.1 - right.columns.1,
      left.columns.2 - right.columns.2)
  }

  /// What this matrix makes `side` of; nil where that is not one place.
  fileprivate func solve(_ side: SIMD3<Double>) -> SIMD3<Double>? {
    guard abs(determinant) > 1e-9 else { return nil }
    return cofactors.transposed * side / determinant
  }
}
