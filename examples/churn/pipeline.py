"""The challenger: a logistic regression on everything the export knows of a customer."""

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
SERVICES = [
    "PhoneService",
    "MultipleLines",
    "InternetService",
    "OnlineSecurity",
    "OnlineBackup",
    "DeviceProtection",
    "TechSupport",
    "StreamingTV",
    "StreamingMovies",
]
CUSTOMER = ["gender", "SeniorCitizen", "Partner", "Dependents"]
BILLING = ["Contract", "PaperlessBilling", "PaymentMethod"]
WORDS = [*CUSTOMER, *SERVICES, *BILLING]


def build() -> Pipeline:
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, WORDS)])
    model = LogisticRegression(max_iter=1000)
    return make_pipeline(columns, model)
