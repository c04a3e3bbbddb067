;; The fast reader of rows. It reads lines of unquoted cells, 16 bytes at a time, and stops at the first line that is
;; anything else; the strict reader in row.ts then reads or refuses that line. It accepts a line only if
;;   - every pixel is one to three digits, at most 255, with one separator after each but the last,
;;   - every other cell has no quote, NUL or carriage return,
;;   - there are exactly the cells that the plan says, and LF or CR LF after the last.
;;
;; How a block of 16 bytes becomes pixels: a pixel's value is computed at the delimiter that follows it, out of the
;; three bytes before it, for all 16 places at once and without a branch. Then the values at delimiters are moved
;; together (a table says which, by the bit mask of delimiters) and stored: at most 8, as cells are never empty.
(module
  ;; 0: the table, 65536 masks × 8 bytes.  524288: 16 bytes of ones, 16 of zeros.  From 524352 on: the caller's.
  (memory (export "memory") 9 32768)
  ;; Start of the line at which `rows` ended, and whether that line was refused.
  (global $consumed (export "consumed") (mut i32) (i32.const 0))
  (global $refused (export "refused") (mut i32) (i32.const 0))

  ;; Fills the table: for each mask without neighbouring bits, the places of its bits.
  (start $prepare)
  (func $prepare
    (local $mask i32) (local $entry i32) (local $rest i32)
    (loop $masks
      (local.set $entry (i32.shl (local.get $mask) (i32.const 3)))
      (local.set $rest (local.get $mask))
      (if (i32.eqz (i32.and (local.get $mask) (i32.shl (local.get $mask) (i32.const 1))))
        (then
          (block $done
            (loop $bits
              (br_if $done (i32.eqz (local.get $rest)))
              (i32.store8 (local.get $entry) (i32.ctz (local.get $rest)))
              (local.set $entry (i32.add (local.get $entry) (i32.const 1)))
              (local.set $rest (i32.and (local.get $rest) (i32.sub (local.get $rest) (i32.const 1))))
              (br $bits)))))
      (local.set $mask (i32.add (local.get $mask) (i32.const 1)))
      (br_if $masks (i32.lt_u (local.get $mask) (i32.const 65536))))
    (v128.store (i32.const 524288) (v128.const i32x4 -1 -1 -1 -1))
    (v128.store (i32.const 524304) (v128.const i32x4 0 0 0 0)))

  ;; Reads rows from $p to $end, which is just after a line feed, and returns how many it read.
  ;; The plan is a list of i32 from $plan to $planEnd: n for n pixels with $separator between, -n for n other cells.
  ;; Pixels go to $out one after the other, start and end of each other cell to $spans.
  ;; Up to 15 bytes after $end are loaded and up to 7 bytes after the last pixel are written.
  (func (export "rows")
    (param $p i32) (param $end i32) (param $plan i32) (param $planEnd i32) (param $separator i32)
    (param $out i32) (param $spans i32) (param $maxRows i32) (result i32)
    (local $rows i32) (local $step i32) (local $count i32) (local $byte i32)
    ;; the place after the row's last pixel; masks of digits, of delimiters, of digits and separators; of wrong places
    (local $limit i32) (local $digits i32) (local $digitsBefore i32) (local $delimiters i32) (local $fine i32)
    (local $wrong i32) (local $wrongHere i32) (local $window i32) (local $pairs i32) (local $stop i32) (local $upTo i32)
    (local $bytes v128) (local $digit v128) (local $digitBefore v128) (local $isDigit v128) (local $isDigitBefore v128)
    (local $below100 v128) (local $hundreds v128) (local $hundredsDigit v128) (local $value v128)
    (local $largest v128) (local $overflow v128) (local $ones v128) (local $separators v128)
    (local.set $separators (i8x16.splat (local.get $separator)))
    (global.set $refused (i32.const 0))
    (block $done
      (loop $row
        (global.set $consumed (local.get $p))
        (br_if $done (i32.ge_u (local.get $rows) (local.get $maxRows)))
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $step (local.get $plan))
        (local.set $wrong (i32.const 0))
        (local.set $largest (v128.const i32x4 0 0 0 0))
        (local.set $overflow (v128.const i32x4 0 0 0 0))
        (block $refuse
          (loop $steps
            (local.set $count (i32.load (local.get $step)))
            (local.set $step (i32.add (local.get $step) (i32.const 4)))
            (if (i32.lt_s (local.get $count) (i32.const 0))
              (then
                ;; Other cells: note where each lies, and stop at its delimiter.
                (loop $cells
                  (i32.store (local.get $spans) (local.get $p))
                  (loop $cell
                    (local.set $byte (i32.load8_u (local.get $p)))
                    (br_if $refuse (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eqz (local.get $byte))))
                    (if (i32.and
                          (i32.ne (local.get $byte) (i32.const 44))
                          (i32.and (i32.ne (local.get $byte) (i32.const 10)) (i32.ne (local.get $byte) (i32.const 13))))
                      (then
                        (local.set $p (i32.add (local.get $p) (i32.const 1)))
                        (br $cell))))
                  (i32.store offset=4 (local.get $spans) (local.get $p))
                  (local.set $spans (i32.add (local.get $spans) (i32.const 8)))
                  (local.set $count (i32.add (local.get $count) (i32.const 1)))
                  (if (local.get $count)
                    (then
                      (br_if $refuse (i32.ne (local.get $byte) (i32.const 44)))
                      (local.set $p (i32.add (local.get $p) (i32.const 1)))
                      (br $cells)))))
              (else
                (local.set $limit (i32.add (local.get $out) (local.get $count)))
                (local.set $digitBefore (v128.const i32x4 0 0 0 0))
                (local.set $isDigitBefore (v128.const i32x4 0 0 0 0))
                (local.set $digitsBefore (i32.const 0))
                (loop $block
                  (local.set $bytes (v128.load (local.get $p)))
                  (local.set $digit (i8x16.sub (local.get $bytes) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)))
                  (local.set $isDigit (i8x16.le_u (local.get $digit) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9)))
                  (local.set $digit (v128.and (local.get $digit) (local.get $isDigit)))
                  (local.set $digits (i8x16.bitmask (local.get $isDigit)))
                  (local.set $delimiters (i32.xor (local.get $digits) (i32.const 0xffff)))
                  (local.set $fine
                    (i8x16.bitmask
                      (v128.or
                        (local.get $isDigit)
                        (i8x16.eq (local.get $bytes) (local.get $separators)))))
                  ;; The digit three places back counts if there is also one two places back and none here.
                  (local.set $hundredsDigit
                    (v128.and
                      (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 (local.get $digitBefore) (local.get $digit))
                      (v128.andnot
                        (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $isDigitBefore) (local.get $isDigit))
                        (local.get $isDigit))))
                  ;; Digits are at most 9, so that 16-bit products by 10 (and by 100, of 0..2) stay in their bytes.
                  (local.set $below100
                    (i8x16.add
                      (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $digitBefore) (local.get $digit))
                      (i16x8.mul
                        (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $digitBefore) (local.get $digit))
                        (v128.const i16x8 10 10 10 10 10 10 10 10))))
                  (local.set $hundreds (i16x8.mul (local.get $hundredsDigit) (v128.const i16x8 100 100 100 100 100 100 100 100)))
                  (local.set $value (i8x16.add (local.get $hundreds) (local.get $below100)))
                  ;; Wrong: the fourth digit in a row, and a delimiter without a digit before it.
                  (local.set $window
                    (i32.or (i32.shl (local.get $digits) (i32.const 3)) (i32.shr_u (local.get $digitsBefore) (i32.const 13))))
                  (local.set $pairs (i32.and (local.get $window) (i32.shr_u (local.get $window) (i32.const 1))))
                  (local.set $wrongHere
                    (i32.or
                      (i32.and (local.get $pairs) (i32.shr_u (local.get $pairs) (i32.const 2)))
                      (i32.and
                        (local.get $delimiters)
                        (i32.xor (i32.shr_u (local.get $window) (i32.const 2)) (i32.const 0xffff)))))
                  (v128.store64_lane 0
                    (local.get $out)
                    (i8x16.swizzle (local.get $value) (v128.load64_zero (i32.shl (local.get $delimiters) (i32.const 3)))))
                  ;; A block of digits and separators that leaves cells to read.
                  (if (i32.and
                        (i32.eq (local.get $fine) (i32.const 0xffff))
                        (i32.lt_u (i32.add (local.get $out) (i32.popcnt (local.get $delimiters))) (local.get $limit)))
                    (then
                      (local.set $wrong (i32.or (local.get $wrong) (local.get $wrongHere)))
                      (local.set $overflow
                        (v128.or
                          (local.get $overflow)
                          (v128.xor (local.get $value) (i8x16.add_sat_u (local.get $hundreds) (local.get $below100)))))
                      (local.set $largest (i8x16.max_u (local.get $largest) (local.get $hundredsDigit)))
                      (local.set $out (i32.add (local.get $out) (i32.popcnt (local.get $delimiters))))
                      (local.set $digitBefore (local.get $digit))
                      (local.set $isDigitBefore (local.get $isDigit))
                      (local.set $digitsBefore (local.get $digits))
                      (local.set $p (i32.add (local.get $p) (i32.const 16)))
                      (br $block))))
                ;; The block with the last of these pixels: its place is that of the delimiter still missing.
                (local.set $count (i32.sub (local.get $limit) (local.get $out)))
                (br_if $refuse (i32.lt_u (i32.popcnt (local.get $delimiters)) (local.get $count)))
                (local.set $stop (local.get $delimiters))
                (block $found
                  (loop $skip
                    (br_if $found (i32.eqz (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
                    (local.set $stop (i32.and (local.get $stop) (i32.sub (local.get $stop) (i32.const 1))))
                    (br $skip)))
                (local.set $stop (i32.ctz (local.get $stop)))
                ;; Nothing but digits and separators before it, and what comes after it does not count.
                (br_if $refuse
                  (i32.and
                    (i32.xor (local.get $fine) (i32.const 0xffff))
                    (i32.sub (i32.shl (i32.const 1) (local.get $stop)) (i32.const 1))))
                (local.set $upTo (i32.sub (i32.shl (i32.const 2) (local.get $stop)) (i32.const 1)))
                (local.set $ones (v128.load (i32.sub (i32.const 524303) (local.get $stop))))
                (local.set $wrong (i32.or (local.get $wrong) (i32.and (local.get $wrongHere) (local.get $upTo))))
                (local.set $overflow
                  (v128.or
                    (local.get $overflow)
                    (v128.and
                      (local.get $ones)
                      (v128.xor (local.get $value) (i8x16.add_sat_u (local.get $hundreds) (local.get $below100))))))
                (local.set $largest (i8x16.max_u (local.get $largest) (v128.and (local.get $ones) (local.get $hundredsDigit))))
                (v128.store64_lane 0
                  (local.get $out)
                  (i8x16.swizzle
                    (local.get $value)
                    (v128.load64_zero (i32.shl (i32.and (local.get $delimiters) (local.get $upTo)) (i32.const 3)))))
                (local.set $out (local.get $limit))
                (local.set $p (i32.add (local.get $p) (local.get $stop)))
                (local.set $byte (i32.load8_u (local.get $p)))))
            ;; At the delimiter of the step's last cell: a comma, unless the row is at its end.
            (if (i32.lt_u (local.get $step) (local.get $planEnd))
              (then
                (br_if $refuse (i32.ne (local.get $byte) (i32.const 44)))
                (local.set $p (i32.add (local.get $p) (i32.const 1)))
                (br $steps))))
          (if (i32.eq (local.get $byte) (i32.const 13))
            (then
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (local.set $byte (i32.load8_u (local.get $p)))))
          (br_if $refuse (i32.ne (local.get $byte) (i32.const 10)))
          (br_if $refuse (local.get $wrong))
          (br_if $refuse
            (v128.any_true
              (v128.or
                (local.get $overflow)
                (i8x16.gt_u (local.get $largest) (v128.const i8x16 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2)))))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (local.set $rows (i32.add (local.get $rows) (i32.const 1)))
          (br $row))
        (global.set $refused (i32.const 1))))
    (local.get $rows)))
