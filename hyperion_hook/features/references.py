"""Where features come from."""

from __future__ import annotations

KAMEI = "Kamei et al., A Large-Scale Empirical Study of Just-in-Time Quality Assurance, IEEE TSE 39(6), 2013"
MCCABE = "McCabe, A Complexity Measure, IEEE TSE SE-2(4), 1976"
SONAR = "Campbell, Cognitive Complexity, SonarSource white paper, 2018"
NEJMEH = "Nejmeh, NPATH: A Measure of Execution Path Complexity, CACM 31(2), 1988"
OMAN = "Oman and Hagemeister, Metrics for Assessing a Software System's Maintainability, ICSM 1992; radon"
HALSTEAD = "Halstead, Elements of Software Science, 1977"
CK = "Chidamber and Kemerer, A Metrics Suite for Object Oriented Design, IEEE TSE 20(6), 1994"
LCOM = "Hitz and Montazeri, Measuring Coupling and Cohesion in Object-Oriented Systems, ISACC 1995"
MARTIN = "Martin, OO Design Quality Metrics, 1994"
HASSAN = "Hassan, Predicting Faults Using the Complexity of Code Changes, ICSE 2009"
NAGAPPAN = "Nagappan and Ball, Use of Relative Code Churn Measures to Predict System Defect Density, ICSE 2005"
BIRD = "Bird et al., Don't Touch My Code! Examining the Effects of Ownership on Software Quality, ESEC/FSE 2011"
AVELINO = "Avelino et al., A Novel Approach for Estimating Truck Factors, ICPC 2016"
LAPREDICT = "Zeng et al., Deep Just-in-Time Defect Prediction: How Far Are We?, ISSTA 2021"
