/// Medians of several runs.
enum Repeats {
  /// The median of what a body measures, and what else it gave the last time. At most so many runs; after so many
  /// seconds by the clock no other is begun, so that slow steps do not hold up the rest.
  static func median<T>(
    most: Int, seconds: Double, _ measured: () throws -> (Double, T)
  ) rethrows -> (Double, T) {
    let start = ContinuousClock.now
    var (first, last) = try measured()
    var figures = [first]
    while figures.count < most, ContinuousClock.now - start < .seconds(seconds) {
      (first, last) = try measured()
      figures.append(first)
    }
    return (figures.sorted()[figures.count / 2], last)
  }
}
